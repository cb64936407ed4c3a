/*
 * Voxtrail chat widget: one script, no dependencies.
 *
 *   <script src="https://host/widget.js" data-flow="support" data-language="pl" async></script>
 *
 * Attributes: data-flow, data-language (pl, en, ro), data-title, data-color, data-theme
 * (light, dark), data-open ("true"), data-person (JSON), data-key (keeps two chats of one
 * site apart), data-server (address of the service, if it is not where this script is from).
 *
 * Page API: Voxtrail.open(), .close(), .start({flow, language, person, context}),
 * .setLanguage(code). Where the server takes calls, a button begins one: the same conversation by voice, with
 * its words in the log (call.js is loaded then). Events, seen on document: voxtrail:ready and voxtrail:message
 * (detail: conversation, seq, direction, author, text, buttons, attachments).
 */
(() => {
  'use strict';

  if (window.Voxtrail) return; // the tag was pasted twice

  // ---------------------------------------------------------------- settings

  const SCRIPT = document.currentScript || document.querySelector('script[src*="widget.js"]');
  const DATA = SCRIPT ? SCRIPT.dataset : {};
  const BASE = new URL('.', DATA.server ? `${DATA.server.replace(/\/*$/, '')}/` : SCRIPT ? SCRIPT.src : location.href);
  const KEY = `voxtrail:${BASE.host}${BASE.pathname}:${DATA.key || 'default'}`;

  const [LIMIT, NEAR_LIMIT] = [4000, 3600]; // characters in one message, as the server has it
  const REQUEST_TIMEOUT = 30000;
  const UPLOAD_TIMEOUT = 300000;
  const [FILE_LIMIT, MOST_FILES] = [10485760, 10]; // bytes of a file (the server writes its own limit here), files in one message
  const TAKES = 'image/png,image/jpeg,image/webp,image/gif,application/pdf,text/plain,.csv,.md,.log,.docx,.xlsx,.pptx,.odt,.ods,.odp';
  const RELINK = 20 * 60000; // the addresses of files end: this often new ones are asked for
  const RECENT = 30 * 60000; // a closed chat this fresh still listens for an agent's answer

  const LANGUAGES = { pl: 'polski', en: 'English', ro: 'română' }; // also what the switch says to the bot

  const STRINGS = {
    pl: {
      title: 'Czat', subtitle: 'automatyczny asystent', agent: 'rozmowa z naszym zespołem', open: 'Otwórz czat', close: 'Zamknij czat',
      unread: 'nieprzeczytane wiadomości', language: 'Język', menu: 'Więcej opcji', fresh: 'Nowa rozmowa', log: 'Przebieg rozmowy',
      replies: 'Proponowane odpowiedzi', input: 'Twoja wiadomość', placeholder: 'Napisz wiadomość…', send: 'Wyślij', you: 'Ty', bot: 'Asystent',
      typing: 'Asystent pisze…', tooLong: 'Wiadomość jest za długa.', sending: 'wysyłanie…', retrying: 'nie wysłano, ponawiamy próbę',
      rejected: 'nie wysłano', connecting: 'Łączenie…', unreachable: 'Brak połączenia z czatem, ponawiamy próbę…',
      offline: 'Brak internetu. Wiadomości wyślemy, gdy połączenie wróci.', busy: 'Za dużo wiadomości naraz. Za chwilę spróbujemy ponownie.',
      unavailable: 'Czat jest chwilowo niedostępny. Spróbuj ponownie później.', phone: 'Zadzwoń', calling: 'Wróć do rozmowy głosowej',
      noCall: 'Nie udało się przygotować rozmowy głosowej. Spróbuj ponownie.', attach: 'Dodaj pliki', tray: 'Pliki do wysłania',
      remove: 'Usuń plik', drop: 'Upuść pliki tutaj', bigFile: 'Plik jest za duży. Limit to', manyFiles: 'W jednej wiadomości zmieści się najwyżej 10 plików.',
      emptyFile: 'Ten plik jest pusty.', badFile: 'Plików tego rodzaju nie można wysłać. Przyjmujemy zdjęcia, PDF, tekst i dokumenty biurowe.',
      lostFile: 'Nie ma już tego pliku. Dodaj go ponownie.', fullFiles: 'W tej rozmowie nie zmieści się więcej plików.', opens: 'otwiera się w nowej karcie',
    },
    en: {
      title: 'Chat', subtitle: 'automated assistant', agent: 'chat with our team', open: 'Open chat', close: 'Close chat',
      unread: 'unread messages', language: 'Language', menu: 'More options', fresh: 'New conversation', log: 'Conversation', replies: 'Suggested replies',
      input: 'Your message', placeholder: 'Write a message…', send: 'Send', you: 'You', bot: 'Assistant', typing: 'The assistant is typing…',
      tooLong: 'The message is too long.', sending: 'sending…', retrying: 'not sent, retrying', rejected: 'not sent', connecting: 'Connecting…',
      unreachable: 'Cannot reach the chat, retrying…', offline: 'You are offline. Messages will be sent once you are back.',
      busy: 'Too many messages at once. Trying again in a moment.', unavailable: 'The chat is unavailable right now. Please try again later.',
      phone: 'Call', calling: 'Back to the call', noCall: 'The call could not be prepared. Please try again.', attach: 'Add files', tray: 'Files to send',
      remove: 'Remove file', drop: 'Drop files here', bigFile: 'The file is too large. The limit is', manyFiles: 'One message takes 10 files at most.',
      emptyFile: 'This file is empty.', badFile: 'This kind of file cannot be sent. We take pictures, PDF, text and office documents.',
      lostFile: 'This file is gone. Please add it again.', fullFiles: 'There is no room for more files in this conversation.', opens: 'opens in a new tab',
    },
    ro: {
      title: 'Chat', subtitle: 'asistent automat', agent: 'conversație cu echipa noastră', open: 'Deschideți chatul', close: 'Închideți chatul',
      unread: 'mesaje necitite', language: 'Limba', menu: 'Mai multe opțiuni', fresh: 'Conversație nouă', log: 'Conversație', replies: 'Răspunsuri sugerate',
      input: 'Mesajul dumneavoastră', placeholder: 'Scrieți un mesaj…', send: 'Trimite', you: 'Dumneavoastră', bot: 'Asistent', typing: 'Asistentul scrie…',
      tooLong: 'Mesajul este prea lung.', sending: 'se trimite…', retrying: 'netrimis, se reîncearcă', rejected: 'netrimis', connecting: 'Se conectează…',
      unreachable: 'Chatul nu răspunde, reîncercăm…', offline: 'Fără internet. Mesajele vor fi trimise când revine conexiunea.',
      attach: 'Adăugați fișiere', tray: 'Fișiere de trimis', remove: 'Eliminați fișierul', drop: 'Lăsați fișierele aici',
      bigFile: 'Fișierul este prea mare. Limita este de', manyFiles: 'Un mesaj poate avea cel mult 10 fișiere.', emptyFile: 'Acest fișier este gol.',
      badFile: 'Acest tip de fișier nu poate fi trimis. Acceptăm imagini, PDF, text și documente de birou.',
      lostFile: 'Fișierul nu mai există. Adăugați-l din nou.', fullFiles: 'În această conversație nu mai încap fișiere.', opens: 'se deschide într-o filă nouă',
      phone: 'Sunați', calling: 'Înapoi la apel', noCall: 'Apelul nu a putut fi pregătit. Încercați din nou.',
      busy: 'Prea multe mesaje deodată. Reîncercăm în câteva momente.', unavailable: 'Chatul nu este disponibil momentan. Vă rugăm să reveniți mai târziu.',
    },
  };

  const knownLanguage = (code) => {
    const short = String(code || '').slice(0, 2).toLowerCase();
    return STRINGS[short] ? short : null;
  };

  function parsePerson(json) {
    try { return JSON.parse(json); } catch { return console.warn('Voxtrail: data-person is not valid JSON, ignored'); }
  }

  const defaults = {
    flow: DATA.flow,
    language: knownLanguage(DATA.language) || knownLanguage(navigator.language) || 'en',
    person: DATA.person ? parsePerson(DATA.person) : undefined,
  };

  // ------------------------------------------------------------------- store

  // What must outlive the page, one JSON value. Read afresh before every change, for two tabs share it:
  // {id, token, options, at, outbox: [{message_id, text, display, conversation: {id, token} | null, files: [{key, name, size, media_type, id?}]}]}
  let memory = null; // takes over where storage is blocked or full

  function load() {
    if (memory) return memory;
    try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; }
  }

  function save(change) {
    const next = { ...load(), ...change };
    if (memory) memory = next;
    else try { localStorage.setItem(KEY, JSON.stringify(next)); } catch { memory = next; }
  }

  const outbox = () => load().outbox || [];

  const tab = { // what belongs to this tab only: is the panel open, the unfinished text
    get(name) { try { return sessionStorage.getItem(`${KEY}:${name}`); } catch { return null; } },
    set(name, value) { try { sessionStorage.setItem(`${KEY}:${name}`, value); } catch { /* a convenience only */ } },
  };

  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID(); // absent on plain http
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  // The files of unsent messages: too large for the storage above, and as little to be lost with the page.
  const blobs = {
    held: new Map(), // where the browser has no database, or forbids it
    async store(mode, act) {
      const database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open(KEY, 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('files');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      try {
        return await new Promise((resolve, reject) => {
          const transaction = database.transaction('files', mode);
          const asked = act(transaction.objectStore('files'));
          transaction.oncomplete = () => resolve(asked.result);
          transaction.onerror = transaction.onabort = () => reject(transaction.error);
        });
      } finally {
        database.close();
      }
    },
    async put(key, blob) {
      this.held.set(key, blob);
      try { await this.store('readwrite', (files) => files.put(blob, key)); } catch { /* until the page is left it is held here */ }
    },
    async get(key) {
      if (this.held.has(key)) return this.held.get(key);
      try { return await this.store('readonly', (files) => files.get(key)); } catch { return undefined; }
    },
    async drop(key) {
      this.held.delete(key);
      try { await this.store('readwrite', (files) => files.delete(key)); } catch { /* it was never there */ }
    },
  };

  // --------------------------------------------------------------------- api

  async function request(method, path, { token, body, file, abort = new AbortController() } = {}) {
    const timer = setTimeout(() => abort.abort(), file ? UPLOAD_TIMEOUT : REQUEST_TIMEOUT);
    const kind = file ? 'application/octet-stream' : 'application/json';
    const headers = { 'Content-Type': kind, ...(token && { Authorization: `Bearer ${token}` }) };
    const content = file || (body && JSON.stringify(body));
    const settings = { method, headers, body: content, signal: abort.signal, credentials: 'omit', cache: 'no-store' };
    try {
      const response = await fetch(new URL(path, BASE).href, settings);
      const data = await response.json().catch(() => null);
      // A 200 without JSON is a hotel wifi's sign-in page, not our server: status 0, try again later.
      if (!response.ok || !data) {
        throw Object.assign(new Error((data && data.detail) || `HTTP ${response.status}`),
          { status: response.ok ? 0 : response.status, code: data && data.code, retryAfter: Number(response.headers.get('Retry-After')) || 0 });
      }
      return data;
    } finally {
      clearTimeout(timer);
    }
  }

  const conversationPath = (id, rest = '') => `v1/conversations/${encodeURIComponent(id)}${rest}`;
  const isGone = (error) => [401, 403, 404, 410].includes(error.status);
  const isFinal = (error) => error.status >= 400 && error.status < 500 && ![408, 409, 425, 429].includes(error.status);
  const backoff = (tries, most) => Math.min(most, 1000 * 2 ** (tries - 1)) * (0.75 + Math.random() / 2);

  // ------------------------------------------------------------------- looks

  const DARK = `color-scheme: dark; --surface: #161b1e; --raised: #20272b; --bubble: #283136; --text: #e9eef0; --muted: #a3b0b6;
    --line: #38444a; --bad: #ffb4a8; --focus: #9fd3ff; --shadow: 0 16px 48px rgb(0 0 0 / .55);`;

  const STYLES = `
  :host { all: initial; color-scheme: light; --surface: #fff; --raised: #f6f8f8; --bubble: #eef2f2; --text: #1b2529; --muted: #566469;
    --line: #d5dddf; --bad: #a8291a; --focus: #0b57d0; --shadow: 0 16px 48px rgb(16 42 48 / .22);
    --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  @media (prefers-color-scheme: dark) { :host(:not([data-theme="light"])) { ${DARK} } }
  :host([data-theme="dark"]) { ${DARK} }
  @media print { :host { display: none; } }
  *, *::before, *::after { box-sizing: border-box; } [hidden] { display: none !important; }
  button, textarea, select { font: inherit; color: inherit; margin: 0; }
  button { cursor: pointer; background: none; border: 0; padding: 0; }
  svg { display: block; width: 21px; height: 21px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  :focus { outline: none; } :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  .sr, .bubble::before { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .launcher, .avatar, .send, .phone-button, .attach, .icon { flex: none; display: grid; place-items: center; border-radius: 50%; }
  .launcher, .avatar, .send, .mine .bubble, .buttons button:hover { background: var(--accent); color: var(--on-accent); }
  .launcher { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; width: 60px; height: 60px;
    box-shadow: 0 6px 20px rgb(16 42 48 / .3); transition: transform .15s; }
  .launcher:hover { transform: scale(1.05); } .launcher svg { width: 28px; height: 28px; }
  .badge { position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; padding: 0 6px; border: 2px solid var(--surface);
    border-radius: 11px; background: #c62828; color: #fff; font: 700 12px/18px var(--font); text-align: center; }
  .panel { position: fixed; right: 20px; bottom: 92px; z-index: 2147483001; width: 384px; height: min(640px, calc(100vh - 112px));
    display: flex; flex-direction: column; overflow: hidden; border: 1px solid var(--line); border-radius: 18px; background: var(--surface);
    color: var(--text); box-shadow: var(--shadow); font: 400 15px/1.5 var(--font); text-align: start; animation: rise .18s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
  header { display: flex; align-items: center; gap: 4px; padding: 12px 8px 12px 14px; border-bottom: 1px solid var(--line); }
  .avatar { width: 38px; height: 38px; margin-right: 8px; } .names { flex: 1; min-width: 0; }
  h2, p { margin: 0; overflow: hidden; text-overflow: ellipsis; line-height: 1.3; }
  h2 { font-size: 16px; font-weight: 650; white-space: nowrap; }
  .subtitle, .name, .delivery, .counter { font-size: 12.5px; color: var(--muted); }
  select { flex: none; height: 36px; max-width: 96px; field-sizing: content; padding: 0 4px; border: 1px solid transparent; border-radius: 9px;
    background: var(--surface); font-size: 13.5px; cursor: pointer; }
  select:hover { border-color: var(--line); } .icon { width: 36px; height: 36px; border-radius: 9px; color: var(--muted); }
  .icon[data-testid="menu"] svg { stroke-width: 2.8; }
  .icon:hover, .menu button:hover, .menu button:focus { background: var(--raised); color: var(--text); }
  .menu { position: absolute; top: 58px; right: 12px; z-index: 2; min-width: 200px; padding: 6px; border: 1px solid var(--line);
    border-radius: 12px; background: var(--surface); box-shadow: var(--shadow); }
  .menu button { display: flex; align-items: center; gap: 10px; width: 100%; padding: 9px 12px; border-radius: 8px; text-align: start; }
  .scroller { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px 14px 8px; }
  .scroller:focus-visible { outline-offset: -3px; } .log { display: flex; flex-direction: column; gap: 10px; }
  .message { display: flex; flex-direction: column; align-items: flex-start; gap: 4px; } .message.mine { align-items: flex-end; }
  .name, .delivery { padding: 0 4px; } .delivery:empty { display: none; } .bubble, .typing { border-radius: 16px 16px 16px 5px; background: var(--bubble); }
  .bubble { max-width: 86%; padding: 9px 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
  .bubble::before { content: attr(data-label) ": "; } .bubble a { color: inherit; text-decoration: underline; text-underline-offset: 2px; }
  .mine .bubble { border-radius: 16px 16px 5px 16px; } .unsent .bubble { opacity: .86; }
  .rejected .bubble { background: none; color: var(--text); border: 1px dashed var(--bad); }
  .late .delivery, .rejected .delivery, .status.bad, .counter.bad { color: var(--bad); }
  .buttons { display: flex; flex-wrap: wrap; gap: 7px; padding: 4px 0 2px; }
  .buttons button { min-height: 38px; padding: 7px 14px; border: 1.5px solid var(--accent); border-radius: 19px;
    border-color: color-mix(in srgb, var(--accent) 60%, var(--text)); font-size: 14.5px; line-height: 1.3; text-align: start; overflow-wrap: anywhere; }
  .typing { display: inline-flex; gap: 5px; margin-top: 10px; padding: 13px 14px; }
  .typing i { width: 7px; height: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite; }
  .typing i + i { animation-delay: .2s; } .typing i + i + i { animation-delay: .4s; }
  @keyframes blink { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }
  .status { padding: 6px 16px; font-size: 13px; color: var(--muted); background: var(--raised); border-top: 1px solid var(--line); }
  .status:empty { padding: 0; border: 0; }
  form { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px 12px; border-top: 1px solid var(--line); }
  textarea { flex: 1; min-width: 0; min-height: 44px; max-height: 148px; resize: none; padding: 10px 14px; border: 1px solid var(--line);
    border-radius: 22px; background: var(--raised); font-size: 16px; line-height: 22px; }
  textarea::placeholder { color: var(--muted); opacity: 1; } textarea:placeholder-shown { white-space: nowrap; } textarea:focus-visible { outline-width: 2px; outline-offset: 0; }
  .send, .phone-button, .attach { width: 44px; height: 44px; } .attach { margin-right: -6px; color: var(--muted); } .attach:hover { color: var(--text); } .phone-button { border: 1.5px solid var(--line); } .phone-button:hover { border-color: var(--muted); }
  .launcher.calling { animation: ring 1.6s ease-out infinite; } @keyframes ring { to { box-shadow: 0 0 0 14px transparent; } from { box-shadow: 0 0 0 0 var(--accent); } }
  .captions { display: flex; flex-direction: column; gap: 10px; } .captions:not(:empty) { padding-top: 10px; } .captions .bubble { opacity: .8; }
  .send:disabled { background: var(--bubble); color: var(--muted); cursor: default; }
  .counter { padding: 0 16px 10px; text-align: end; }
  .files { display: flex; flex-direction: column; align-items: flex-start; gap: 6px; } .text:not(:empty) + .files:not(:empty) { margin-top: 7px; }
  .bubble .file { display: flex; align-items: center; gap: 8px; max-width: 100%; text-decoration: none; } .file span { min-width: 0; overflow-wrap: anywhere; }
  .file .size { flex: none; opacity: .75; font-size: 12.5px; } .file svg, .chip svg { flex: none; } a.file:hover .title { text-decoration: underline; }
  .picture img { display: block; max-width: min(240px, 100%); max-height: 220px; min-height: 32px; border-radius: 10px; background: var(--raised); object-fit: contain; }
  .tray { list-style: none; margin: 0; padding: 8px 12px 0; display: flex; flex-wrap: wrap; gap: 6px; border-top: 1px solid var(--line); max-height: 132px; overflow-y: auto; }
  .tray:empty { display: none; } .tray:not(:empty) ~ form { border-top: 0; }
  .chip { display: flex; align-items: center; gap: 6px; max-width: 100%; padding: 3px 4px 3px 8px; border: 1px solid var(--line); border-radius: 10px; background: var(--raised); font-size: 13px; }
  .chip img { width: 28px; height: 28px; border-radius: 6px; object-fit: cover; } .chip .title { max-width: 180px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .chip button { width: 28px; height: 28px; display: grid; place-items: center; border-radius: 50%; color: var(--muted); } .chip button svg { width: 16px; height: 16px; }
  .drop { position: absolute; inset: 8px; z-index: 3; display: grid; place-items: center; border: 2px dashed var(--accent); border-radius: 14px; background: var(--surface);
    opacity: .94; font-weight: 600; pointer-events: none; }
  @media (max-width: 480px) {
    .panel { inset: var(--view-top, 0) 0 auto 0; width: 100%; height: var(--view-height, 100vh); border: 0; border-radius: 0; }
    .launcher { right: 16px; bottom: 16px; } .launcher[aria-expanded="true"] { display: none; } .icon, select { height: 42px; }
    form { padding-bottom: max(12px, env(safe-area-inset-bottom)); }
  }
  @media (max-height: 520px) and (min-width: 481px) { .panel { bottom: 12px; right: 92px; height: calc(100vh - 24px); } }
  @media (prefers-reduced-motion: reduce) { *, *::before { animation: none !important; transition: none !important; } }
  @media (forced-colors: active) { .bubble, .launcher, .send, .avatar { border: 1px solid CanvasText; } }
  `;

  const ICONS = {
    chat: 'M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3.5 20.5 5 15.6A8.4 8.4 0 1 1 21 11.5ZM8.5 11.5h.4M12.3 11.5h.4M16.1 11.5h.4',
    close: 'M6 6l12 12M18 6 6 18',
    menu: 'M12 5.3v.4M12 11.8v.4M12 18.3v.4',
    fresh: 'M12 5v14M5 12h14',
    send: 'M12 19V5M6 11l6-6 6 6',
    attach: 'M20 11.5 12.300 19.200a5 5 0 0 1-7.100-7.100l8.200-8.200a3.300 3.300 0 0 1 4.700 4.700l-8.200 8.200a1.700 1.700 0 0 1-2.400-2.400L15 7',
    file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5',
    phone: 'M6.6 3.500 9.300 3l1.900 4.600-2 1.700a12 12 0 0 0 5.500 5.500l1.700-2 4.600 1.900-.500 2.700A2.500 2.500 0 0 1 18 19.500 14.500 14.500 0 0 1 4.500 6a2.500 2.500 0 0 1 2.100-2.500Z',
  };

  function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  }

  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => value !== undefined && element.setAttribute(name, value === true ? '' : value));
    element.append(...children);
    return element;
  }

  function addStyles(root, styles) {
    try { // a constructed sheet passes a content security policy that forbids inline styles
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch {
      root.append(h('style', {}, styles));
    }
  }

  function paint(host) {
    const color = DATA.color && CSS.supports('color', DATA.color) ? DATA.color : '#0c6b68';
    host.style.setProperty('--accent', color);
    host.style.setProperty('--on-accent', isLight(color) ? '#10201f' : '#fff');
    if (DATA.theme === 'light' || DATA.theme === 'dark') host.setAttribute('data-theme', DATA.theme);
  }

  /** Whether dark text reads better on this colour than white does (WCAG relative luminance). */
  function isLight(color) {
    const probe = document.createElement('canvas').getContext('2d');
    if (!probe) return false;
    probe.fillStyle = color;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = Array.from(probe.getImageData(0, 0, 1, 1).data, (byte) => (byte / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2;
  }

  // -------------------------------------------------------------------- view

  const smallScreen = window.matchMedia('(max-width: 480px)');
  const touch = window.matchMedia('(pointer: coarse)');
  const ui = {};
  let language = knownLanguage((load().options || {}).language) || defaults.language;
  let [unread, withAgent] = [0, false];
  let following = true; // the log is scrolled to its end and stays there
  const t = (name) => STRINGS[language][name];

  /** data-say names the text of an element's label; relabel() fills it in. */
  function build() {
    const button = (name, label, attributes, ...children) => h('button',
      { type: 'button', class: name, 'data-testid': name, 'data-say': label, ...attributes }, ...children);
    const option = ([code, name]) => h('option', { value: code, lang: code }, name[0].toUpperCase() + name.slice(1));

    ui.badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    ui.launcherIcon = h('span');
    ui.launcher = button('launcher', undefined, { 'aria-haspopup': 'dialog', 'aria-controls': 'panel' }, ui.launcherIcon, ui.badge);
    ui.title = h('h2', { id: 'title' });
    ui.subtitle = h('p', { class: 'subtitle', id: 'subtitle' });
    ui.language = h('select', { 'data-testid': 'language', 'data-say': 'language' }, ...Object.entries(LANGUAGES).map(option));
    ui.menuButton = button('menu', 'menu', { class: 'icon', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': 'menu' }, icon('menu'));
    ui.close = button('close', 'close', { class: 'icon' }, icon('close'));
    ui.freshLabel = h('span');
    ui.fresh = button('new', undefined, { role: 'menuitem', tabindex: '-1' }, icon('fresh'), ui.freshLabel);
    ui.menu = h('div', { class: 'menu', id: 'menu', role: 'menu', hidden: true }, ui.fresh);
    ui.log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'data-testid': 'log', 'data-say': 'log' });
    ui.typing = h('div', { class: 'typing', role: 'img', 'data-testid': 'typing', 'data-say': 'typing', hidden: true }, h('i'), h('i'), h('i'));
    ui.captions = h('div', { class: 'captions', 'aria-hidden': 'true', 'data-testid': 'captions' });
    ui.scroller = h('div', { class: 'scroller', role: 'group', tabindex: '0', 'data-say': 'log' }, ui.log, ui.captions, ui.typing);
    ui.status = h('div', { class: 'status', role: 'status', 'data-testid': 'status' });
    ui.inputLabel = h('label', { for: 'input', class: 'sr' });
    ui.input = h('textarea', { id: 'input', rows: '1', 'data-testid': 'input', autocomplete: 'off', enterkeyhint: 'send', 'aria-describedby': 'counter' });
    ui.send = button('send', 'send', { type: 'submit', disabled: true }, icon('send'));
    ui.phone = button('phone', 'phone', { class: 'phone-button', hidden: true }, icon('phone'));
    ui.attach = button('attach', 'attach', {}, icon('attach'));
    ui.picker = h('input', { type: 'file', multiple: true, accept: TAKES, hidden: true, tabindex: '-1', 'aria-hidden': 'true', 'data-testid': 'picker' });
    ui.tray = h('ul', { class: 'tray', 'data-testid': 'tray', 'data-say': 'tray' });
    ui.told = h('div', { class: 'sr', role: 'status', 'data-testid': 'told' });
    ui.drop = h('div', { class: 'drop', 'aria-hidden': 'true', 'data-testid': 'drop', hidden: true });
    ui.form = h('form', {}, ui.phone, ui.attach, ui.picker, ui.inputLabel, ui.input, ui.send);
    ui.counter = h('div', { class: 'counter', id: 'counter', 'data-testid': 'counter', hidden: true });

    ui.header = h('header', {}, h('div', { class: 'avatar' }, icon('chat')), h('div', { class: 'names' }, ui.title, ui.subtitle),
      ui.language, ui.menuButton, ui.close);

    ui.panel = h('section', { class: 'panel', id: 'panel', role: 'dialog', 'aria-labelledby': 'title', 'aria-describedby': 'subtitle',
      'data-testid': 'panel', tabindex: '-1', hidden: true },
    ui.header, ui.menu, ui.scroller, ui.status, ui.tray, ui.told, ui.form, ui.counter, ui.drop);

    ui.host = document.createElement('voxtrail-chat');
    ui.root = ui.host.attachShadow({ mode: 'open' });
    addStyles(ui.root, STYLES);
    paint(ui.host);
    ui.root.append(ui.launcher, ui.panel);
  }

  /** Puts the interface into the current language; messages stay as they were written. */
  function relabel() {
    [ui.panel, ui.launcher].forEach((element) => { element.lang = language; });
    ui.title.textContent = DATA.title || t('title');
    ui.language.value = language;
    ui.freshLabel.textContent = t('fresh');
    ui.inputLabel.textContent = t('input');
    ui.input.placeholder = t('placeholder');
    for (const element of ui.root.querySelectorAll('[data-say]')) {
      element.setAttribute('aria-label', t(element.dataset.say));
      if (element.tagName === 'BUTTON') element.title = t(element.dataset.say);
    }
    messages().forEach(labelAuthor);
    ui.drop.textContent = t('drop');
    showTray();
    if (phone) phone.setLanguage(language);
    showOwner();
    showLauncher();
    showDelivery();
    showCounter();
  }

  function setLanguage(code) {
    if (!knownLanguage(code) || code === language) return;
    language = code;
    relabel();
  }
  const showOwner = () => { ui.subtitle.textContent = t(withAgent ? 'agent' : 'subtitle'); };

  function showLauncher() {
    const calls = Boolean(phone && phone.live) && !isOpen();
    const text = t(isOpen() ? 'close' : calls ? 'calling' : 'open');
    ui.launcher.setAttribute('aria-expanded', String(isOpen()));
    ui.launcher.setAttribute('aria-label', unread ? `${text} (${t('unread')}: ${unread})` : text);
    ui.launcherIcon.replaceChildren(icon(isOpen() ? 'close' : calls ? 'phone' : 'chat'));
    ui.launcher.classList.toggle('calling', calls);
    ui.badge.hidden = !unread;
    ui.badge.textContent = unread > 9 ? '9+' : String(unread);
  }

  // ---------------------------------------------------------------- messages

  const messages = () => Array.from(ui.log.children);
  const hasSeq = (turn) => turn.seq !== undefined && turn.seq !== null;
  const isNumbered = (element) => element.dataset.seq !== '';
  const seqOf = (element) => Number(element.dataset.seq);
  const findMessage = (id) => (id ? messages().find((m) => m.dataset.messageId === id) : undefined);
  // Typed but not yet offered to the server: whatever the server says comes before it.
  const isWaiting = (element) => element.dataset.messageId && !isNumbered(element) && !element.offered;

  /** Text with its web addresses made into links. Only http and https, and never through innerHTML. */
  function linked(text) {
    return text.split(/(\bhttps?:\/\/[^\s<>"'„”«»]+)/i).flatMap((part, i) => {
      const address = i % 2 ? trimAddress(part) : ''; // the odd parts are what the brackets matched
      if (!isSafe(address)) return [part];
      return [h('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, address), part.slice(address.length)];
    });
  }

  function trimAddress(address) {
    let trimmed = address.replace(/[.,;:!?…*_~]+$/, '');
    // "(see https://example.org/a)" ends before the bracket, "https://example.org/a_(b)" does not
    while (/[)\]}]$/.test(trimmed) && !/[([{]/.test(trimmed)) trimmed = trimmed.slice(0, -1).replace(/[.,;:!?]+$/, '');
    return trimmed;
  }

  const isSafe = (address) => {
    try { return ['http:', 'https:'].includes(new URL(address).protocol); } catch { return false; }
  };

  /** One turn from any source (answer, event, catch-up); a known one only gets its number. */
  function receive(turn, quiet) {
    const known = messages().find((m) => isNumbered(m) && seqOf(m) === turn.seq) || (turn.direction === 'in' && findMessage(turn.message_id));
    if (!known) return addMessage(turn, quiet);
    setSeq(known, turn.seq);
    if (turn.attachments) showFiles(known, turn.attachments); // with addresses that hold for a while again
  }

  /** turn: {seq?, direction, author, text, buttons?, message_id?, display?} */
  function addMessage(turn, quiet) {
    const mine = turn.direction === 'in';
    const author = mine ? 'person' : turn.author || 'bot';
    const text = String((mine && turn.display) || turn.text || '');
    const attachments = turn.attachments || turn.files || [];
    const element = h('div', { class: mine ? 'message mine' : 'message', 'data-author': author,
      'data-seq': hasSeq(turn) ? turn.seq : '', 'data-message-id': mine ? turn.message_id : undefined });
    if (!mine && author !== 'bot') element.append(h('div', { class: 'name', 'aria-hidden': 'true' }, author));
    const words = h('div', { class: 'text', dir: 'auto' }, ...(mine ? [text] : linked(text)));
    element.append(h('div', { class: 'bubble' }, words, h('div', { class: 'files' })));
    showFiles(element, attachments);
    if (mine) element.append(h('div', { class: 'delivery', 'aria-hidden': 'true' })); // the status line is read aloud instead
    else if (Array.isArray(turn.buttons) && turn.buttons.length) element.append(buttonRow(turn.buttons));
    labelAuthor(element);
    place(element);
    retireCaptions(mine);
    retireButtons();
    if (mine || following) scrollToEnd();
    if (!quiet) announce(turn, author, text, attachments);
  }

  /** The files of a message: pictures small, all else as links; what is not sent yet by its name. A known address is left alone. */
  function showFiles(element, attachments) {
    const place = element.querySelector('.files');
    const links = attachments.map(({ url }) => (url ? address(url) : ''));
    if (place.dataset.links === links.join(' ') && place.children.length === attachments.length) return;
    place.dataset.links = links.join(' ');
    place.replaceChildren(...attachments.map((file, i) => showFile(file, links[i])));
  }

  function address(path) {
    const found = new URL(String(path).replace(/^\/+/, ''), BASE); // the service may live below a path of its own
    return found.origin === BASE.origin ? found.href : '';
  }

  function showFile({ name, size, media_type: type }, link) {
    const title = String(name);
    const label = () => [icon('file'), h('span', { class: 'title', dir: 'auto' }, title), h('span', { class: 'size' }, readable(size))];
    if (!link) return h('div', { class: 'file' }, ...label());
    const target = { href: link, target: '_blank', rel: 'noopener noreferrer nofollow', 'data-testid': 'file', title: `${title} (${t('opens')})` };
    if (!String(type).startsWith('image/')) return h('a', { class: 'file', ...target }, ...label());
    const image = h('img', { src: link, alt: title, loading: 'lazy' });
    const anchor = h('a', { class: 'file picture', ...target }, image);
    image.addEventListener('load', () => following && scrollToEnd());
    image.addEventListener('error', () => anchor.replaceChildren(...label())); // the site's policy forbids pictures from elsewhere
    return anchor;
  }

  const readable = (bytes) => {
    const large = bytes >= 1048576;
    const amount = large ? bytes / 1048576 : Math.max(1, Math.round(bytes / 1024));
    return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(amount)} ${large ? 'MB' : 'kB'}`;
  };

  /** Says who speaks to those who do not see on which side the bubble is. */
  function labelAuthor(element) {
    const { author } = element.dataset;
    element.querySelector('.bubble').dataset.label = { person: t('you'), bot: t('bot') }[author] || author;
  }

  function buttonRow(buttons) {
    return h('div', { class: 'buttons', role: 'group', 'aria-label': t('replies') }, ...buttons.map(({ title, payload }) => {
      const button = h('button', { type: 'button', 'data-testid': 'button', 'data-payload': payload }, String(title));
      button.addEventListener('click', () => {
        say(String(payload === undefined ? title : payload), String(title).slice(0, 300));
        (touch.matches ? ui.scroller : ui.input).focus(); // the button itself is gone now
      });
      return button;
    }));
  }

  /** Suggested replies hold until the person has said something. */
  function retireButtons() {
    const all = messages();
    const last = all.map((m) => m.dataset.author).lastIndexOf('person');
    all.slice(0, Math.max(last, 0)).forEach((m) => m.querySelectorAll('.buttons').forEach((row) => row.remove()));
  }

  function place(element) {
    const comesAfter = (other) => (isWaiting(other)
      ? !isWaiting(element) : isNumbered(element) && isNumbered(other) && seqOf(other) > seqOf(element));
    ui.log.insertBefore(element, messages().find((other) => other !== element && comesAfter(other)) || null);
  }

  function setSeq(element, seq) {
    element.dataset.seq = seq;
    const all = messages().filter(isNumbered);
    const at = all.indexOf(element);
    const misplaced = all.some((other, i) => (i < at && seqOf(other) > seq) || (i > at && seqOf(other) < seq));
    if (misplaced) place(element); // otherwise leave it: moving would read it aloud again
  }

  function announce(turn, author, text, attachments) {
    const { direction, seq = null, buttons = [] } = turn;
    if (direction !== 'in' && !isOpen()) unread += 1;
    showLauncher();
    const detail = { conversation: load().id || null, seq, direction, author, text, buttons: buttons || [], attachments };
    ui.host.dispatchEvent(new CustomEvent('voxtrail:message', { detail, bubbles: true, composed: true }));
  }

  const scrollToEnd = () => { ui.scroller.scrollTop = ui.scroller.scrollHeight; following = true; };

  /** What the person sees of the outbox: a note under each unsent message and the status line. */
  function showDelivery() {
    const unsent = new Set(outbox().map((item) => item.message_id));
    for (const message of messages().filter((m) => m.dataset.author === 'person')) {
      const waits = unsent.has(message.dataset.messageId) && !isNumbered(message);
      const note = waits ? t(failures ? 'retrying' : 'sending') : message.classList.contains('rejected') ? [t('rejected'), message.why].filter(Boolean).join('. ') : '';
      message.classList.toggle('unsent', waits);
      message.classList.toggle('late', waits && failures > 0);
      message.querySelector('.delivery').textContent = note;
    }
    const [text, bad] = statusLine(unsent.size > 0);
    if (ui.status.textContent !== text) ui.status.textContent = text; // an unchanged text must not be read again
    ui.status.classList.toggle('bad', bad);
    ui.status.classList.toggle('sr', text === t('sending')); // the note under the message shows it
    showTyping();
  }

  function statusLine(unsent) {
    if (unavailable) return [t('unavailable'), true];
    if (rateLimited) return [t('busy'), true];
    if (!navigator.onLine) return [t('offline'), true];
    if (failures) return [t(unsent ? 'retrying' : 'unreachable'), true];
    if (unsent) return [t('sending'), false];
    return [wanted && !load().id ? t('connecting') : '', false];
  }

  function showTyping() {
    const waiting = busy && !failures && navigator.onLine && !withAgent;
    ui.typing.hidden = !(waiting || Date.now() < typingUntil);
    if (following) scrollToEnd();
  }

  // ------------------------------------------------------------ conversation

  let wanted = false; // somebody opened the chat, so a conversation should exist
  let [working, again] = [false, false]; // the worker below is running, and has more to do
  let busy = false; // a request whose answer the person waits for is under way
  let [failures, losses] = [0, 0]; // requests failed in a row, conversations lost in a row
  let [notBefore, retryTimer] = [0, 0]; // the next try
  let [rateLimited, unavailable] = [false, false];
  let current = new AbortController();
  let epoch = 0; // rises with every new conversation: answers from an older one are stale
  let typingUntil = 0; // the server said that it is writing
  let shown = null; // id of the conversation whose messages the log holds
  let caughtUp = false; // the log has what the server had when we came

  /** Takes one message from the person. It is in storage before anything else happens to it. */
  function say(text, display, files = []) {
    const { id, token } = load();
    const item = { message_id: uuid(), text, display, conversation: id ? { id, token } : null, files };
    save({ outbox: [...outbox(), item], at: Date.now() });
    addMessage({ ...item, direction: 'in' });
    wanted = true;
    nudge();
  }

  /** Something changed for the better (network back, a new message): do not sit out the wait. */
  function nudge() {
    if (!rateLimited) notBefore = 0;
    unavailable = false;
    work();
  }

  /** The only place that starts conversations and sends messages, one request at a time. */
  async function work() {
    again = true; // also tells a worker that is just about to stop
    showDelivery();
    if (working) return;
    working = true;
    while (again) {
      again = false;
      while (await oneAtATime(step));
    }
    working = false;
    showDelivery();
  }

  // Two tabs share the outbox. The server answers a message once anyway; the lock keeps the order.
  const oneAtATime = (task) => (navigator.locks ? navigator.locks.request(`${KEY}:send`, task) : task());

  /** Does the next piece of work; true if there may be more. */
  async function step() {
    const wait = notBefore - Date.now();
    clearTimeout(retryTimer);
    if (wait > 0) retryTimer = setTimeout(work, wait);
    if (wait > 0) return false;
    rateLimited = false;
    const mine = epoch;
    const [item] = outbox();
    const starts = !load().id && (wanted || Boolean(item));
    if (!starts && !item) return false;
    busy = true;
    current = new AbortController();
    showDelivery();
    try {
      await (starts ? startConversation() : deliver(item));
      failures = 0;
      return true;
    } catch (error) {
      return mine !== epoch || recover(error, starts ? null : item);
    } finally {
      busy = false;
      showDelivery();
    }
  }

  async function startConversation() {
    const mine = epoch;
    const { flow, person, context } = load().options || defaults;
    const opened = await request('POST', 'v1/conversations', { abort: current, body: { channel: 'web', flow, language, person, context } });
    if (mine !== epoch) return;
    save({ id: opened.id, token: opened.token, at: Date.now() });
    shown = opened.id;
    caughtUp = true;
    receiveAnswer(opened);
    connect();
  }

  async function deliver(item) {
    const { id, token } = item.conversation || load();
    const element = findMessage(item.message_id);
    if (element) element.offered = true;
    const attachments = [];
    for (const file of item.files || []) attachments.push(file.id || (await upload(id, token, item, file)));
    const body = { text: item.text, display: item.display, message_id: item.message_id, ...(attachments.length && { attachments }) };
    const answer = await request('POST', conversationPath(id, '/messages'), { token, abort: current, body });
    forget(item);
    losses = 0;
    if (id === load().id) receiveAnswer(answer); // else it belonged to a conversation left behind meanwhile
  }

  /** Sends a file ahead of its message, and notes that it is there: its id. */
  async function upload(id, token, item, file) {
    const blob = await blobs.get(file.key);
    if (!blob) throw Object.assign(new Error('the file is gone'), { status: 410, code: 'file_lost' });
    const kept = await request('POST', conversationPath(id, `/attachments?name=${encodeURIComponent(file.name)}`), { token, abort: current, file: blob });
    const noted = (other) => (other.key === file.key ? { ...other, id: kept.id } : other);
    const withFile = (other) => (other.message_id === item.message_id ? { ...other, files: other.files.map(noted) } : other);
    save({ outbox: outbox().map(withFile) });
    return kept.id;
  }

  function receiveAnswer({ replies = [], state }) {
    typingUntil = 0;
    if (replies.every(hasSeq)) replies.forEach((reply) => receive({ direction: 'out', author: 'bot', ...reply }));
    else sync(); // without numbers they could not be told from the same replies in the events
    applyState(state);
  }

  function forget(item) {
    save({ outbox: outbox().filter((other) => other.message_id !== item.message_id), at: Date.now() });
    (item.files || []).forEach(({ key }) => blobs.drop(key));
  }

  /** What the person is told of a file that the server does not take, or that is gone. */
  const whyNot = ({ code }) => ({
    attachment_kind: t('badFile'), attachment_too_large: `${t('bigFile')} ${readable(FILE_LIMIT)}.`, attachment_empty: t('emptyFile'),
    attachments_full: t('fullFiles'), file_lost: t('lostFile'),
  })[code];

  /** Decides what a failed request means; true if the worker can go straight on. */
  function recover(error, item) {
    if (item && isGone(error) && error.code !== 'file_lost') return lose(item.conversation ? item.conversation.id : load().id);
    const element = item && findMessage(item.message_id);
    if (item && isFinal(error)) forget(item);
    if (isFinal(error) && element) element.classList.add('rejected');
    if (isFinal(error) && element) element.why = whyNot(error);
    unavailable = !item && isFinal(error); // until the person tries again
    if (isFinal(error)) return !unavailable;
    failures += 1;
    rateLimited = error.status === 429;
    notBefore = Date.now() + (error.retryAfter ? Math.min(error.retryAfter, 300) * 1000 : backoff(failures, 30000));
    return true; // the next step sets the timer
  }

  /** The server does not know this conversation (any more): go on in a new one, with what is unsent. */
  function lose(id) {
    const isOurs = ({ conversation }) => conversation && conversation.id === id;
    if (id !== load().id) save({ outbox: outbox().filter((item) => !isOurs(item)) }); // left behind before: nowhere to send them
    if (id !== load().id) return true;
    losses += 1;
    const anew = (item) => ({ ...item, conversation: null, files: (item.files || []).map((file) => ({ ...file, id: undefined })) });
    save({ id: null, token: null, outbox: outbox().map((item) => (isOurs(item) ? anew(item) : item)) });
    if (losses > 1) notBefore = Date.now() + backoff(losses, 30000); // no tight loop should every new one be lost
    resetView();
    wanted = wanted || isOpen();
    return true;
  }

  /** Voxtrail.start(): a new conversation. What was not yet sent still goes to the old one. */
  function start({ flow = defaults.flow, language: code, person = defaults.person, context } = {}) {
    setLanguage(knownLanguage(code));
    current.abort();
    save({ id: null, token: null, at: Date.now(), options: { flow, language, person, context } });
    resetView();
    open();
  }

  function resetView() {
    epoch += 1;
    if (phone) phone.hangUp();
    disconnect();
    shown = load().id || null;
    caughtUp = false;
    withAgent = false;
    typingUntil = 0;
    ui.log.replaceChildren();
    showOwner();
    showUnsent();
  }

  function showUnsent() {
    const belongsHere = ({ conversation }) => !conversation || conversation.id === load().id;
    outbox().filter(belongsHere).forEach((item) => addMessage({ ...item, direction: 'in' }, true));
    showDelivery();
  }

  function applyState(state) {
    if (!state) return;
    withAgent = Boolean(state.owner) && state.owner !== 'bot';
    setLanguage(knownLanguage(state.language));
    showOwner();
    showTyping();
  }

  /** Reads the conversation from the server: after a reload, and whenever events may be missing. */
  async function sync() {
    const { id, token } = load();
    if (!id) return;
    try {
      const data = await request('GET', conversationPath(id), { token });
      if (id !== load().id) return;
      const history = !caughtUp; // not news to read aloud
      caughtUp = true;
      ui.log.setAttribute('aria-busy', String(history));
      (data.turns || []).forEach((turn) => receive(turn, history));
      applyState({ ...data, ...data.state });
      showDelivery();
      setTimeout(() => ui.log.removeAttribute('aria-busy'), 200);
    } catch (error) {
      if (id !== load().id) return;
      clearTimeout(syncTimer);
      if (!isGone(error)) syncTimer = isOpen() && setTimeout(sync, 8000);
      else if (lose(id)) work();
    }
  }

  // ------------------------------------------------------------------ events

  let socket = null;
  let socketTries = 0;
  let [socketTimer, quietTimer, syncTimer] = [0, 0, 0];

  function connect() {
    const { id, token } = load();
    if (!id || socket) return;
    clearTimeout(socketTimer);
    if (!caughtUp) sync(); // do not wait for a connection that may hang
    const url = new URL(conversationPath(id, '/events'), BASE);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    url.searchParams.set('token', token);
    url.searchParams.set('since', Math.max(0, ...messages().filter(isNumbered).map(seqOf)));
    let [opened, mine] = [0, null];
    try { mine = new WebSocket(url.href); } catch { return; } // forbidden by the site's policy
    socket = mine;
    mine.onopen = () => { opened = Date.now(); sync(); }; // read only now: nothing falls between reading and listening
    mine.onmessage = ({ data }) => mine === socket && handleEvent(data);
    mine.onclose = () => {
      if (mine !== socket) return;
      disconnect();
      if (!opened) sync(); // where WebSockets do not pass, the next tries are our polling
      socketTries = opened && Date.now() - opened > 5000 ? 1 : socketTries + 1;
      socketTimer = setTimeout(connect, backoff(socketTries, 15000));
    };
  }

  function disconnect() {
    const old = socket;
    socket = null;
    clearTimeout(socketTimer);
    clearTimeout(quietTimer);
    if (old) old.close();
  }

  function handleEvent(data) {
    const event = JSON.parse(data);
    if (event.type === 'message' || event.type === 'typing') typingUntil = event.type === 'typing' ? Date.now() + 6000 : 0;
    if (event.type === 'typing') setTimeout(showTyping, 6100);
    if (event.type === 'message') receive(event, !caughtUp); // the server begins with what was said before
    if (event.type === 'state') applyState(event.state);
    showDelivery();
    if (event.type !== 'ping') return;
    // A server that pings and then falls silent has gone: half-open sockets never close by themselves.
    clearTimeout(quietTimer);
    quietTimer = setTimeout(() => { disconnect(); connect(); }, 90000);
  }

  // ------------------------------------------------------------------- files

  let chosen = []; // {file, key, picture} that go with the next message

  /** Takes files that were picked, dropped or pasted; what cannot be sent is said at once. */
  function choose(files) {
    const problem = (file) => (!file.size ? t('emptyFile') : file.size > FILE_LIMIT ? `${t('bigFile')} ${readable(FILE_LIMIT)}.` : '');
    const wrong = files.map(problem).find(Boolean);
    const fitting = files.filter((file) => !problem(file));
    const room = MOST_FILES - chosen.length;
    chosen = [...chosen, ...fitting.slice(0, room).map((file) => ({
      file, key: uuid(), picture: file.type.startsWith('image/') ? URL.createObjectURL(file) : '' }))];
    showTray();
    tellChosen();
    const said = fitting.length > room ? t('manyFiles') : wrong;
    if (said) { ui.status.textContent = said; ui.status.classList.add('bad'); ui.status.classList.remove('sr'); } else showDelivery();
  }

  /** For those who do not see the tray. */
  const tellChosen = () => { ui.told.textContent = `${t('tray')}: ${chosen.map(({ file }) => file.name).join(', ') || 0}`; };

  function unchoose(key) {
    const at = chosen.findIndex((each) => each.key === key);
    if (chosen[at].picture) URL.revokeObjectURL(chosen[at].picture);
    chosen = chosen.filter((each) => each.key !== key);
    showTray();
    tellChosen();
    const next = ui.tray.querySelectorAll('button')[Math.min(at, chosen.length - 1)];
    (next || ui.attach).focus(); // the button itself is gone now
  }

  function showTray() {
    ui.tray.replaceChildren(...chosen.map(({ file, key, picture }) => {
      const image = picture && h('img', { src: picture, alt: '' });
      if (image) image.addEventListener('error', () => image.replaceWith(icon('file'))); // no picture after all, or a strict policy
      const away = h('button', { type: 'button', 'aria-label': `${t('remove')}: ${file.name}`, title: t('remove') }, icon('close'));
      away.addEventListener('click', () => unchoose(key));
      return h('li', { class: 'chip' }, image || icon('file'), h('span', { class: 'title', dir: 'auto' }, file.name), h('span', { class: 'size' }, readable(file.size)), away);
    }));
    showCounter();
  }

  /** The chosen files as an outbox keeps them; their contents go where they outlive the page. */
  async function packed() {
    const taken = chosen;
    chosen = [];
    showTray();
    await Promise.all(taken.map(({ key, file }) => blobs.put(key, file)));
    taken.forEach(({ picture }) => picture && URL.revokeObjectURL(picture));
    return taken.map(({ key, file }) => ({ key, name: file.name || 'file', size: file.size, media_type: file.type }));
  }

  const carriesFiles = (data) => Boolean(data) && Array.from(data.types).includes('Files');

  function listenForFiles(on) {
    on(ui.attach, 'click', () => ui.picker.click());
    on(ui.picker, 'change', () => {
      choose(Array.from(ui.picker.files));
      ui.picker.value = ''; // the same file may be picked again
      ui.input.focus();
    });
    on(ui.input, 'paste', (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      choose(Array.from(event.clipboardData.files));
    });
    let inside = 0; // enter and leave also come from every element within
    const drop = (show) => { inside = show ? inside : 0; ui.drop.hidden = !show; };
    on(ui.panel, 'dragenter', (event) => { if (carriesFiles(event.dataTransfer)) { inside += 1; drop(true); } });
    on(ui.panel, 'dragover', (event) => carriesFiles(event.dataTransfer) && event.preventDefault());
    on(ui.panel, 'dragleave', (event) => { if (carriesFiles(event.dataTransfer)) { inside -= 1; drop(inside > 0); } });
    on(ui.panel, 'drop', (event) => {
      if (!carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      drop(false);
      choose(Array.from(event.dataTransfer.files));
      ui.input.focus();
    });
    setInterval(() => ui.log.querySelector('a.file') && isListening() && sync(), RELINK);
  }

  // ------------------------------------------------------------------- calls

  let phone = null; // the Phone of call.js, while it is shown
  let looks = null; // its styles, once they are in

  /** Shows the button where a call is possible: here and on the server. */
  async function offerCalls() {
    if (!window.isSecureContext || !navigator.mediaDevices) return;
    const { ready } = await request('GET', 'v1/calls/ready').catch(() => ({}));
    ui.phone.hidden = !ready || Boolean(phone);
  }

  async function openPhone() {
    ui.phone.hidden = true;
    try {
      const module = await import(new URL('call.js', BASE).href);
      if (!looks) addStyles(ui.root, looks = module.STYLES);
      phone = new module.Phone({ language, compact: true, base: BASE, start: callOpening, notify: followCall, close: closePhone });
      ui.header.after(phone.element);
      phone.element.querySelector('button').focus();
    } catch {
      ui.phone.hidden = false;
      ui.status.textContent = t('noCall');
    }
  }

  function closePhone() {
    phone.element.remove();
    phone = null;
    offerCalls();
    (touch.matches ? ui.panel : ui.input).focus();
  }

  /** What the call begins with: the conversation of the chat, should it be starting once it has, else a new one. */
  async function callOpening() {
    while (!load().id && busy) await new Promise((resolve) => setTimeout(resolve, 100));
    const { id, token, options } = load();
    const { flow, person, context } = options || defaults;
    return id ? { token } : { flow, language, person, context };
  }

  function followCall(name, detail) {
    if (name === 'started') keepConversation(detail);
    if (name === 'caption') showCaption(detail);
    if (name === 'ended') ui.captions.replaceChildren();
    if (name === 'ended') sync();
    if (name === 'started' || name === 'ended') showLauncher();
  }

  function keepConversation({ conversation: id, token }) {
    if (id === load().id) return;
    save({ id, token, at: Date.now() });
    disconnect();
    shown = id;
    caughtUp = false;
    connect();
  }

  /** What is being said. As soon as it is a turn of the conversation it comes into the log as any other message. */
  function showCaption({ who, text, final, id }) {
    const known = Array.from(ui.captions.children).find((element) => element.dataset.id === id);
    const mine = who === 'caller';
    if (known) known.remove();
    if (!text || (!mine && isInLog(text))) return;
    const element = h('div', { class: mine ? 'message mine' : 'message', 'data-id': id, 'data-who': who, 'data-final': String(final) });
    element.append(h('div', { class: 'bubble', dir: 'auto' }, text));
    ui.captions.append(element);
    if (following) scrollToEnd();
  }

  const isInLog = (text) => messages().slice(-8).some((m) => m.dataset.author !== 'person' && m.querySelector('.text').textContent === text);

  /** A message came: what it says needs no caption any more. A sentence that the person has not finished does. */
  function retireCaptions(mine) {
    const isDone = ({ dataset }) => (mine ? dataset.who === 'caller' && dataset.final === 'true' : dataset.who !== 'caller');
    Array.from(ui.captions.children).filter(isDone).forEach((element) => element.remove());
  }

  // ----------------------------------------------------------------- opening

  const isOpen = () => !ui.panel.hidden;
  const isListening = () => isOpen() || outbox().length > 0 || Date.now() - (load().at || 0) < RECENT;

  function open({ focus = true } = {}) {
    if (!isOpen()) {
      ui.panel.hidden = false;
      tab.set('open', '1');
      unread = 0;
      showLauncher();
      fitViewport();
      grow();
      scrollToEnd();
    }
    // On touch screens focus on the input would throw the keyboard over the greeting.
    if (focus) (touch.matches ? ui.panel : ui.input).focus();
    wanted = true;
    connect();
    nudge();
    offerCalls();
  }

  function close() {
    if (!isOpen()) return;
    toggleMenu(false);
    if (ui.root.activeElement) ui.launcher.focus();
    ui.panel.hidden = true;
    tab.set('open', '0');
    showLauncher();
  }

  function toggleMenu(show) {
    ui.menu.hidden = !show;
    ui.menuButton.setAttribute('aria-expanded', String(show));
    if (show) ui.fresh.focus();
  }

  const length = (text) => Array.from(text).length; // as the server counts: an emoji is one

  let packing = false;

  async function submit() {
    const text = ui.input.value.trim();
    if (packing || (!text && !chosen.length) || length(text) > LIMIT) return;
    if (chosen.length) {
      packing = true;
      const draft = ui.input.value;
      const files = await packed();
      packing = false;
      say(text, undefined, files);
      ui.input.value = ui.input.value === draft ? '' : ui.input.value; // somebody writes faster than files are put away
    } else {
      say(text); // first into the outbox, only then out of the input
      ui.input.value = '';
    }
    typed();
    ui.input.focus();
  }

  function typed() {
    tab.set('draft', ui.input.value);
    grow();
    showCounter();
  }

  function showCounter() {
    const used = length(ui.input.value.trim());
    const over = used > LIMIT;
    ui.send.disabled = (!used && !chosen.length) || over;
    ui.counter.hidden = used < NEAR_LIMIT;
    ui.counter.classList.toggle('bad', over);
    ui.counter.textContent = ui.counter.hidden ? '' : `${over ? `${t('tooLong')} ` : ''}${used} / ${LIMIT}`;
    ui.input.setAttribute('aria-invalid', String(over));
  }

  function grow() {
    ui.input.style.height = 'auto';
    const needed = ui.input.scrollHeight + 2;
    ui.input.style.height = `${Math.min(needed, 148)}px`;
    ui.input.style.overflowY = needed > 148 ? 'auto' : 'hidden';
  }

  /** Keeps the full-screen panel above an on-screen keyboard. */
  function fitViewport() {
    ui.panel.setAttribute('aria-modal', String(smallScreen.matches));
    const view = window.visualViewport;
    const fits = view && smallScreen.matches && view.scale < 1.01; // a pinch is not a keyboard
    ui.host.style.setProperty('--view-height', fits ? `${view.height}px` : '');
    ui.host.style.setProperty('--view-top', fits ? `${view.offsetTop}px` : '');
  }

  function chooseLanguage(code) {
    setLanguage(code);
    save({ options: { ...(load().options || defaults), language: code } });
    if (load().id || busy) say(LANGUAGES[code]); // before a conversation there is nobody to tell
  }

  function onKey(event) {
    event.stopPropagation(); // the site's own shortcuts must not fire while someone writes here
    if (event.type !== 'keydown') return;
    const inMenu = !ui.menu.hidden;
    if (inMenu && ['Escape', 'Tab'].includes(event.key)) toggleMenu(false);
    if (event.key === 'Escape' && inMenu) ui.menuButton.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab' && smallScreen.matches) trapTab(event);
    else if (event.key === 'Enter' && event.target === ui.input && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault(); // keyCode 229: Safari's Enter that ends a composed character
      submit();
    }
  }

  /** Full screen hides the page, so Tab must not wander into it. */
  function trapTab(event) {
    const stops = Array.from(ui.panel.querySelectorAll('button, select, textarea, a[href], [tabindex="0"]'))
      .filter((element) => !element.disabled && element.tabIndex >= 0 && element.offsetParent !== null);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const active = ui.root.activeElement;
    if (event.shiftKey ? active !== first && active !== ui.panel : active !== last) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  function listen() {
    const on = (target, type, act) => target.addEventListener(type, act);
    on(ui.launcher, 'click', () => (isOpen() ? close() : open()));
    on(ui.launcher, 'keydown', (event) => event.key === 'Escape' && close());
    on(ui.close, 'click', close);
    on(ui.menuButton, 'click', () => toggleMenu(ui.menu.hidden));
    on(ui.fresh, 'click', () => start());
    on(ui.phone, 'click', openPhone);
    on(ui.root, 'click', (event) => !ui.menuButton.contains(event.target) && toggleMenu(false));
    on(ui.language, 'change', () => chooseLanguage(ui.language.value));
    on(ui.input, 'input', typed);
    on(ui.form, 'submit', (event) => { event.preventDefault(); submit(); });
    ['keydown', 'keypress', 'keyup'].forEach((type) => on(ui.panel, type, onKey));
    listenForFiles(on);
    on(ui.scroller, 'scroll', () => { following = ui.scroller.scrollHeight - ui.scroller.scrollTop - ui.scroller.clientHeight < 60; });
    new ResizeObserver(() => following && scrollToEnd()).observe(ui.scroller); // the input grew, the keyboard came

    on(window, 'online', comeBack);
    on(window, 'offline', showDelivery);
    on(window, 'storage', (event) => event.key === KEY && followOtherTab());
    on(document, 'visibilitychange', () => !document.hidden && isListening() && comeBack());
    on(smallScreen, 'change', fitViewport);
    if (window.visualViewport) ['resize', 'scroll'].forEach((type) => on(window.visualViewport, type, fitViewport));
  }

  function comeBack() { // the network or the person is back
    socketTries = 0;
    connect();
    sync(); // an open socket may be dead without knowing
    nudge();
  }

  function followOtherTab() {
    if (!load().id || load().id === shown) return showDelivery();
    current.abort(); // should this tab be starting one too, the other's counts
    resetView();
    return isListening() && connect();
  }

  function boot() {
    build();
    listen();
    document.body.append(ui.host);
    ui.input.value = tab.get('draft') || '';
    relabel();
    shown = load().id || null;
    showUnsent();
    if (isListening()) connect();
    if (outbox().length) work();
    const left = tab.get('open'); // as this tab was left; the tag's wish counts on a first visit
    if (left === '1' || (left === null && DATA.open === 'true')) open({ focus: false });
    ui.host.dispatchEvent(new CustomEvent('voxtrail:ready', { bubbles: true, composed: true }));
  }

  const whenReady = new Promise((resolve) => {
    if (document.body) resolve();
    else document.addEventListener('DOMContentLoaded', resolve);
  }).then(boot);

  window.Voxtrail = Object.freeze({
    open: () => whenReady.then(() => open()),
    close: () => whenReady.then(close),
    start: (options) => whenReady.then(() => start(options)),
    /** For sites with a language switch: counts from the next conversation on. */
    setLanguage: (code) => whenReady.then(() => {
      defaults.language = knownLanguage(code) || defaults.language;
      if (!load().id) setLanguage(defaults.language);
    }),
  });
})();
