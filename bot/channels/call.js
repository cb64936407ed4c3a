/*
 * The browser phone, for the page /call and for the chat widget: startCall() is the call itself, Phone its buttons.
 * A JavaScript module without dependencies; the sound lives in call-worklet.js.
 */

import { Microphone } from './microphone.js';

const HERE = new URL('.', import.meta.url);
const RESUME = 20000; // ms in which a dropped line is taken up again; the server keeps the call that long
const CONNECT = 10000; // ms the server has to answer
const RETRY = 4000; // the same while reconnecting
const WAKE = 3000; // ms the sound card has to start
const BACKLOG = 24000; // bytes not sent: 3 s of sound behind means that the line is dead
const QUIET = 8000; // ms of nothing at all from the microphone before we say so
const FAILED = ['failure', 'mute', 'lost']; // reasons of an end that is nobody's wish
const LAST = 'voxtrail:last'; // our own mark after the server's last words
const [SILENT, AUDIBLE] = [-85, -60]; // dB below full scale: a muted device; surely a sound

// -------------------------------------------------------------------- texts

export const TEXTS = {
  pl: {
    phone: 'Rozmowa głosowa', call: 'Zadzwoń', again: 'Zadzwoń ponownie', hangUp: 'Rozłącz', cancel: 'Anuluj', close: 'Zamknij', chat: 'Wolę napisać',
    mute: 'Wycisz', unmute: 'Włącz mikrofon', keypad: 'Klawiatura', key: 'Klawisz', star: 'gwiazdka', pound: 'krzyżyk', pressed: 'Wybrane',
    level: 'Poziom mikrofonu', time: 'Czas rozmowy',
    notice: 'Odbierze automatyczny asystent, nie człowiek. Twoje słowa rozpoznaje komputer i zapisuje je jako tekst rozmowy. W każdej chwili możesz poprosić o człowieka.',
    asking: 'Zezwól na użycie mikrofonu…', connecting: 'Łączenie…', reconnecting: 'Wznawianie połączenia…', listening: 'Słucham', thinking: 'Sprawdzam…',
    speaking: 'Asystent mówi', hold: 'Rozmowa wstrzymana', ended: 'Rozmowa zakończona.', hung_up: 'Rozmowa zakończona.',
    quiet: 'Nic nie słyszymy. Sprawdź, czy mikrofon nie jest wyciszony.', microphone_lost: 'Mikrofon został odłączony. Podłącz go znowu albo użyj klawiatury.',
    no_sound: 'Przeglądarka nie może odtwarzać dźwięku. Sprawdź, czy głośnik lub słuchawki są podłączone, i zadzwoń ponownie.',
    refused: 'Przeglądarka nie ma zgody na użycie mikrofonu. Kliknij ikonę obok adresu strony, zezwól na mikrofon i zadzwoń ponownie.',
    no_microphone: 'Nie widać żadnego mikrofonu. Podłącz mikrofon lub słuchawki z mikrofonem i zadzwoń ponownie.',
    microphone_busy: 'Mikrofonu używa teraz inny program. Zamknij go i zadzwoń ponownie.',
    insecure: 'Ta strona nie jest otwarta przez bezpieczne połączenie, więc przeglądarka nie udostępni mikrofonu. Otwórz ją pod adresem zaczynającym się od https:// albo napisz do nas.',
    unsupported: 'Ta przeglądarka nie obsługuje rozmów głosowych. Zaktualizuj ją albo użyj innej: Firefox, Chrome, Edge lub Safari.',
    busy: 'Wszystkie linie są teraz zajęte. Zadzwoń za kilka minut albo napisz do nas.',
    unreachable: 'Nie udało się połączyć. Sprawdź internet i zadzwoń ponownie albo napisz do nas.',
    lost: 'Połączenie zostało przerwane i nie udało się go wznowić. Zadzwoń ponownie albo napisz do nas.',
    error: 'Coś poszło nie tak po naszej stronie. Zadzwoń ponownie albo napisz do nas.',
  },
  en: {
    phone: 'Voice call', call: 'Call', again: 'Call again', hangUp: 'Hang up', cancel: 'Cancel', close: 'Close', chat: 'I would rather write',
    mute: 'Mute', unmute: 'Unmute', keypad: 'Keypad', key: 'Key', star: 'star', pound: 'pound', pressed: 'Pressed',
    level: 'Microphone level', time: 'Length of the call',
    notice: 'An automated assistant will answer, not a person. A computer recognises what you say and keeps it as the text of the conversation. You can ask for a person at any time.',
    asking: 'Please allow the microphone…', connecting: 'Connecting…', reconnecting: 'Reconnecting…', listening: 'Listening', thinking: 'Checking…',
    speaking: 'Assistant speaking', hold: 'On hold', ended: 'The call has ended.', hung_up: 'The call has ended.',
    quiet: 'We hear nothing. Check that your microphone is not muted.', microphone_lost: 'The microphone was disconnected. Plug it in again, or use the keypad.',
    no_sound: 'The browser cannot play sound. Check that a loudspeaker or headphones are connected and call again.',
    refused: 'The browser is not allowed to use the microphone. Click the icon next to the page’s address, allow the microphone, and call again.',
    no_microphone: 'No microphone was found. Plug in a microphone or a headset and call again.',
    microphone_busy: 'Another program is using the microphone. Close it and call again.',
    insecure: 'This page was not opened over a secure connection, so the browser will not share the microphone. Open it at an address that starts with https://, or write to us.',
    unsupported: 'This browser cannot make voice calls. Update it, or use another one: Firefox, Chrome, Edge or Safari.',
    busy: 'All lines are busy right now. Call again in a few minutes, or write to us.',
    unreachable: 'The call could not be connected. Check your internet connection and call again, or write to us.',
    lost: 'The connection was lost and could not be restored. Call again, or write to us.',
    error: 'Something went wrong on our side. Call again, or write to us.',
  },
  ro: {
    phone: 'Apel vocal', call: 'Sunați', again: 'Sunați din nou', hangUp: 'Închideți apelul', cancel: 'Anulați', close: 'Închideți', chat: 'Prefer să scriu',
    mute: 'Opriți microfonul', unmute: 'Porniți microfonul', keypad: 'Tastatură', key: 'Tasta', star: 'steluță', pound: 'diez', pressed: 'Ați apăsat',
    level: 'Nivelul microfonului', time: 'Durata apelului',
    notice: 'Va răspunde un asistent automat, nu o persoană. Un calculator recunoaște ce spuneți și păstrează cuvintele ca text al conversației. Puteți cere oricând să vorbiți cu un om.',
    asking: 'Permiteți accesul la microfon…', connecting: 'Se conectează…', reconnecting: 'Se reia legătura…', listening: 'Vă ascult', thinking: 'Verific…',
    speaking: 'Asistentul vorbește', hold: 'Apel în așteptare', ended: 'Apelul s-a încheiat.', hung_up: 'Apelul s-a încheiat.',
    quiet: 'Nu se aude nimic. Verificați dacă microfonul nu este oprit.', microphone_lost: 'Microfonul a fost deconectat. Conectați-l din nou sau folosiți tastatura.',
    no_sound: 'Browserul nu poate reda sunet. Verificați dacă difuzorul sau căștile sunt conectate și sunați din nou.',
    refused: 'Browserul nu are voie să folosească microfonul. Apăsați pe pictograma de lângă adresa paginii, permiteți microfonul și sunați din nou.',
    no_microphone: 'Nu am găsit niciun microfon. Conectați un microfon sau niște căști cu microfon și sunați din nou.',
    microphone_busy: 'Microfonul este folosit acum de alt program. Închideți-l și sunați din nou.',
    insecure: 'Pagina nu este deschisă printr-o conexiune securizată, așa că browserul nu permite accesul la microfon. Deschideți-o la o adresă care începe cu https:// sau scrieți-ne.',
    unsupported: 'Acest browser nu poate face apeluri vocale. Actualizați-l sau folosiți altul: Firefox, Chrome, Edge sau Safari.',
    busy: 'Toate liniile sunt ocupate acum. Sunați peste câteva minute sau scrieți-ne.',
    unreachable: 'Apelul nu a putut fi conectat. Verificați conexiunea la internet și sunați din nou sau scrieți-ne.',
    lost: 'Legătura s-a întrerupt și nu a putut fi reluată. Sunați din nou sau scrieți-ne.',
    error: 'Ceva nu a mers la noi. Sunați din nou sau scrieți-ne.',
  },
};

// ----------------------------------------------------------------- the call


/**
 * Calls; must be run by a click, or the browser keeps the sound off. `start` is what the server is told first, or a function
 * that gives it, now or later: {token} of a conversation, or {flow, language, person, context} for a new one.
 * notify(name, detail) hears: asking, connecting, started, reconnecting, caption, state, level, hint and, once and last, ended
 * (detail: reason, text, seconds). The answer has mute(on), key(digit), hangUp(), muted, seconds, conversation and token.
 */
export function startCall(options) {
  return new Call(options).ring();
}

class Call {
  constructor({ base = HERE, start, notify = () => {} }) {
    Object.assign(this, { base, start, notify, over: false, muted: false, conversation: null, token: null, socket: null, ready: false });
    [this.startedAt, this.droppedAt, this.tries, this.legs] = [0, 0, 0, 0];
    [this.told, this.sounding] = ['listening', false]; // what the server does, and whether it is heard
    this.reached = []; // marks played while the line was down
    this.left = () => this.hangUp();
  }

  get seconds() { return this.startedAt ? Math.floor((Date.now() - this.startedAt) / 1000) : 0; }

  ring() {
    this.begin().catch((error) => { console.error('Voxtrail call', error); this.finish('error'); });
    return this;
  }

  async begin() {
    if (!window.isSecureContext) return this.finish('insecure');
    if (!navigator.mediaDevices || !window.AudioWorkletNode) return this.finish('unsupported');
    this.notify('asking', {});
    this.context = new AudioContext({ latencyHint: 'interactive' }); // now, in the click; at the card's own rate: Firefox joins no others
    this.context.onstatechange = () => !this.over && this.context.state !== 'running' && this.context.resume().catch(() => {});
    this.running = this.context.resume().then(() => true, () => false);
    const module = this.context.audioWorklet.addModule(new URL('call-worklet.js', this.base)).then(() => true, () => false);
    this.microphone = new Microphone(this.context, () => this.hint(this.microphone.lost ? 'microphone_lost' : ''));
    const refusal = await this.microphone.open();
    if (this.over) return this.release();
    if (refusal) return this.finish(refusal);
    if (!await module) return this.finish('unreachable');
    if (!await this.wake()) return this.finish('no_sound');
    if (this.over) return this.release();
    this.wire();
    this.notify('connecting', {});
    const start = typeof this.start === 'function' ? await this.start() : this.start;
    if (!this.over) this.connect({ event: 'start', ...start }, CONNECT);
  }

  /** Whether the sound runs; without a loudspeaker Firefox never starts it. */
  wake() {
    const late = new Promise((resolve) => setTimeout(() => resolve(false), WAKE));
    return Promise.race([this.running, late]);
  }

  wire() {
    const mono = { channelCount: 1, channelCountMode: 'explicit' };
    this.capture = new AudioWorkletNode(this.context, 'voxtrail-capture', { ...mono, numberOfOutputs: 0 });
    this.playback = new AudioWorkletNode(this.context, 'voxtrail-playback', { numberOfInputs: 0, outputChannelCount: [1] });
    this.capture.port.onmessage = ({ data }) => this.heard(data);
    this.playback.port.onmessage = ({ data }) => this.played(data);
    this.microphone.connect(this.capture);
    this.playback.connect(this.context.destination);
    window.addEventListener('pagehide', this.left);
  }

  heard({ frame, level }) {
    this.watch(level);
    this.notify('level', { level: this.muted ? -100 : level });
    if (!this.ready) return;
    if (this.socket.bufferedAmount > BACKLOG) this.drop();
    else if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  /** A microphone that gives nothing at all while it is the person's turn is switched off somewhere. */
  watch(level) {
    if (level > AUDIBLE && this.said === 'quiet') this.hint('');
    if (level > SILENT || this.muted || this.talk !== 'listening') this.heardAt = Date.now();
    else if (!this.said && Date.now() - this.heardAt > QUIET) this.hint('quiet');
  }

  hint(code) {
    this.said = code;
    this.notify('hint', { code });
  }

  // ---- the line

  connect(first, patience) {
    const url = new URL('v1/calls', this.base);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const socket = new WebSocket(url.href);
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(JSON.stringify(first));
    socket.onmessage = ({ data }) => (typeof data === 'string' ? this.receive(data) : this.playback.port.postMessage({ frame: data }, [data]));
    socket.onclose = () => this.drop();
    this.timer = setTimeout(() => this.drop(), patience);
  }

  drop() {
    clearTimeout(this.timer);
    const old = this.socket;
    Object.assign(old, { onopen: null, onmessage: null, onclose: null });
    old.close(); // a dead line does not close by itself for minutes
    this.ready = false;
    if (this.over) return;
    if (!this.token) return this.finish('unreachable');
    if (!this.droppedAt) {
      this.droppedAt = Date.now();
      this.tries = 0;
      this.notify('reconnecting', {});
    }
    if (Date.now() - this.droppedAt > RESUME) return this.finish('lost');
    this.timer = setTimeout(() => this.connect({ event: 'start', token: this.token, resume: true }, RETRY), Math.min(300 * 2 ** this.tries, 3000));
    this.tries += 1;
  }

  receive(text) {
    const { event, ...detail } = JSON.parse(text);
    if (event === 'started') this.begun(detail);
    else if (event === 'mark') this.playback.port.postMessage({ mark: detail.name });
    else if (event === 'clear') this.playback.port.postMessage({ clear: true });
    else if (event === 'busy' || event === 'error') this.finish(event, detail.text);
    else if (event === 'ended' && detail.reason === 'restart') this.drop(); // it will be back in a moment
    else if (event === 'ended') this.farewell(FAILED.includes(detail.reason) ? 'error' : 'ended', detail.text);
    else if (event === 'caption') this.notify('caption', { ...detail, id: `${this.legs}-${detail.id}` }); // they count anew on a new line
    else if (event === 'state') this.turn(detail.state, this.sounding);
  }

  begun({ conversation, token, language }) {
    clearTimeout(this.timer);
    Object.assign(this, { conversation, token, ready: true, legs: this.legs + 1, droppedAt: 0, startedAt: this.startedAt || Date.now() });
    this.reached.splice(0).forEach((name) => this.send({ event: 'mark', name }));
    if (this.muted) this.send({ event: 'mute', on: true });
    this.notify('started', { conversation, token, language });
  }

  /** The server is done with speaking when it has sent the last word, the person when it was heard. */
  turn(told, sounding) {
    [this.told, this.sounding] = [told, sounding];
    const talk = sounding ? 'speaking' : told;
    if (talk === this.talk) return;
    this.talk = talk;
    this.heardAt = Date.now();
    if (this.ready) this.notify('state', { state: talk });
  }

  played({ mark, sounding }) {
    if (mark === undefined) return this.turn(this.told, sounding);
    if (mark === LAST) this.finish(...this.last);
    else if (this.ready) this.send({ event: 'mark', name: mark });
    else this.reached.push(mark);
  }

  /** The server has hung up, but its goodbye may still be on its way to the loudspeaker. */
  farewell(...last) {
    this.last = last;
    this.playback.port.postMessage({ mark: LAST });
    this.timer = setTimeout(() => this.finish(...last), 3000);
    this.socket.onclose = null;
    this.ready = false;
  }

  send(message) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // ---- what the person does

  mute(on) {
    this.muted = on;
    this.microphone.mute(on);
    this.send({ event: 'mute', on });
  }

  key(digit) { this.send({ event: 'key', digit }); }

  hangUp() {
    this.send({ event: 'stop' });
    this.finish('hung_up');
  }

  finish(reason, text = '') {
    if (this.over) return;
    this.over = true;
    this.release();
    this.notify('ended', { reason, text, seconds: this.seconds });
  }

  release() {
    clearTimeout(this.timer);
    window.removeEventListener('pagehide', this.left);
    if (this.socket) Object.assign(this.socket, { onopen: null, onmessage: null, onclose: null }).close(1000);
    [this.capture, this.playback].forEach((node) => { if (node) node.port.onmessage = null; }); // what is still on its way comes too late
    if (this.microphone) this.microphone.close();
    if (this.context && this.context.state !== 'closed') this.context.close();
  }
}

// ---------------------------------------------------------------- the phone

const ICONS = {
  phone: 'M6.6 3.500 9.300 3l1.900 4.600-2 1.700a12 12 0 0 0 5.500 5.500l1.700-2 4.600 1.900-.500 2.700A2.500 2.500 0 0 1 18 19.500 14.500 14.500 0 0 1 4.500 6a2.500 2.500 0 0 1 2.100-2.500Z',
  microphone: 'M12 3.500a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3ZM5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3',
  muted: 'M15 10V6.500a3 3 0 0 0-5.700-1.300M9 9v2.500a3 3 0 0 0 4.600 2.500M5.500 11.500a6.500 6.500 0 0 0 10.300 5.300M18.500 11.500a6.500 6.500 0 0 1-.6 2.700M12 18v3M4 3.500l16 17',
  keypad: 'M6 5.500h.01M12 5.500h.01M18 5.500h.01M6 12h.01M12 12h.01M18 12h.01M6 18.500h.01M12 18.500h.01M18 18.500h.01',
};

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  if (name === 'keypad') svg.style.strokeWidth = '3.2';
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

/** Colours come from the place it is put in: --accent, --on-accent, --surface, --raised, --text, --muted, --line, --bad, --focus. */
export const STYLES = `
.phone { --go: #17794f; --stop: #c5281f; display: flex; flex-direction: column; align-items: center; gap: 18px; min-height: 0; text-align: center; }
.phone *, .phone *::before { box-sizing: border-box; } .phone [hidden] { display: none !important; }
.phone p { margin: 0; overflow: visible; line-height: 1.45; }
.phone svg { display: block; width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.phone button { font: inherit; color: inherit; cursor: pointer; }
.ph-orb { position: relative; flex: none; display: grid; place-items: center; width: 104px; height: 104px; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.ph-orb svg { width: 42px; height: 42px; }
.ph-orb::before { content: ""; position: absolute; inset: -9px; border: 2px solid var(--accent); border-radius: 50%; opacity: .25; }
.phone[data-talk="listening"] .ph-orb::before { transform: scale(calc(1 + var(--level, 0) * .14)); opacity: calc(.25 + var(--level, 0) * .6); transition: transform .08s, opacity .08s; }
.phone[data-talk="speaking"] .ph-orb::before { animation: ph-speak 1.1s ease-in-out infinite alternate; }
.phone[data-talk="thinking"] .ph-orb::before, .phone[data-state="calling"] .ph-orb::before { border-style: dashed; opacity: .6; animation: ph-turn 6s linear infinite; }
@keyframes ph-speak { to { transform: scale(1.1); opacity: .65; } }
@keyframes ph-turn { to { transform: rotate(1turn); } }
.phone[data-state="over"] .ph-orb, .phone[data-talk="hold"] .ph-orb { background: var(--raised); color: var(--muted); }
.phone[data-state="over"] .ph-orb::before { border-color: var(--line); }
.ph-status { font-weight: 600; } .ph-time { color: var(--muted); font-variant-numeric: tabular-nums; }
.phone.bad .ph-status { max-width: 30em; font-weight: 400; }
.ph-hint { max-width: 30em; color: var(--bad); font-size: 15px; } .ph-hint:empty { display: none; }
.ph-notice { max-width: 30em; color: var(--muted); font-size: 15px; }
.ph-actions { display: flex; flex-wrap: wrap; justify-content: center; gap: 12px; }
.phone .ph-actions button { display: flex; align-items: center; justify-content: center; gap: 10px; min-height: 46px; padding: 9px 22px;
  border: 1.5px solid var(--line); border-radius: 30px; background: none; font-weight: 600; white-space: nowrap; }
.phone .ph-actions button:hover { border-color: var(--muted); }
.phone .ph-actions .ph-call { border-color: transparent; background: var(--go); color: #fff; } .phone .ph-actions .ph-call:hover { border-color: transparent; background: #11603e; }
.ph-row { display: flex; align-items: flex-start; justify-content: center; gap: 26px; }
.phone .ph-row button { display: flex; flex-direction: column; align-items: center; gap: 7px; width: 76px; padding: 0; border: 0; background: none; font-size: 13.5px; line-height: 1.25; color: var(--muted); }
.ph-row i { display: grid; place-items: center; width: 60px; height: 60px; border-radius: 50%; background: var(--raised); border: 1px solid var(--line); color: var(--text); }
.ph-row button:hover i { border-color: var(--muted); }
.ph-row [data-on] i, .ph-row [aria-expanded="true"] i { background: var(--text); border-color: var(--text); color: var(--surface); }
.ph-row .ph-stop i { background: var(--stop); border-color: var(--stop); color: #fff; } .ph-row .ph-stop:hover i { background: #a51f18; } .ph-stop svg { transform: rotate(135deg); }
.ph-meter { width: 132px; height: 5px; border-radius: 3px; background: var(--line); overflow: hidden; }
.ph-meter::before { content: ""; display: block; height: 100%; border-radius: 3px; background: var(--accent); transform: scaleX(var(--level, 0)); transform-origin: left; transition: transform .08s; }
.ph-keys { display: grid; grid-template-columns: repeat(3, 64px); justify-content: center; gap: 8px 14px; }
.ph-keys output { grid-column: 1 / -1; min-height: 30px; font-size: 21px; line-height: 30px; letter-spacing: .08em; font-variant-numeric: tabular-nums; overflow: hidden; white-space: nowrap; direction: rtl; unicode-bidi: plaintext; }
.phone .ph-keys button { height: 50px; padding: 0; border: 1px solid var(--line); border-radius: 25px; background: var(--raised); font-size: 21px; }
.phone .ph-keys button:hover { border-color: var(--muted); } .phone .ph-keys button:active { background: var(--line); }
.ph-status:focus { outline: none; } .phone button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }

.phone[data-keys]:not(.compact) { gap: 10px; } .phone[data-keys]:not(.compact) .ph-orb, .phone[data-keys]:not(.compact) .ph-meter { display: none; }
.phone[data-keys]:not(.compact) .ph-talk { display: flex; gap: 12px; }

.phone.compact { gap: 10px; padding: 12px 14px; border-bottom: 1px solid var(--line); background: var(--raised); font-size: 14px; }
.compact .ph-orb { display: none; } .compact .ph-notice, .compact .ph-hint { font-size: 13.5px; }
.compact .ph-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 10px; width: 100%; }
.compact .ph-talk { flex: 1; min-width: 92px; text-align: start; } .compact .ph-row { gap: 8px; } .compact .ph-row button { width: auto; }
.compact .ph-row i { width: 42px; height: 42px; } .compact .ph-row :not(.ph-stop, [data-on], [aria-expanded="true"]) > i { background: var(--surface); } .compact .ph-row svg { width: 20px; height: 20px; } .compact .ph-row span { display: none; }
.compact .ph-meter { width: 100%; } .phone.compact .ph-actions { gap: 8px; } .phone.compact .ph-actions button { min-height: 40px; padding: 6px 14px; }
.compact[data-state="before"] .ph-bar { display: none; }
.compact .ph-keys { grid-template-columns: repeat(3, 58px); gap: 6px 10px; } .phone.compact .ph-keys button { height: 40px; }
.phone.compact[data-state="over"] .ph-talk { text-align: center; }
@media (forced-colors: active) { .ph-row i, .ph-orb, .phone button { border: 1px solid CanvasText; } .ph-meter::before { background: CanvasText; } }
@media (prefers-reduced-motion: reduce) { .phone *, .phone *::before { animation: none !important; transition: none !important; } }
@media (max-height: 680px) { .phone:not(.compact) .ph-orb { width: 68px; height: 68px; } .phone:not(.compact) .ph-keys button { height: 44px; } }
`;

/**
 * The phone's face. `start`, `base` and `notify` as in startCall(); `close` and `chat` are what those buttons do (without
 * them they are not shown), `middle` an element kept between the face and the buttons. Its states: before, calling, live, over.
 */
export class Phone {
  constructor({ language = 'en', compact = false, base, start, notify = () => {}, close, chat, middle }) {
    Object.assign(this, { base, start, notify, language, current: null, said: ['', ''] });
    this.build(compact, { close, chat, middle });
    this.setLanguage(language);
    this.show('before');
  }

  get live() { return Boolean(this.current) && !this.current.over; }

  t(name) { return TEXTS[this.language][name]; }

  build(compact, { close, chat, middle }) {
    const button = (name, say, act, ...children) => {
      const element = h('button', { type: 'button', class: `ph-${name}`, 'data-testid': `call-${name}` }, ...children, h('span', { 'data-word': say }));
      element.addEventListener('click', act);
      return element;
    };
    const round = (name) => h('i', {}, icon(name));

    this.status = h('p', { class: 'ph-status', role: 'status', 'data-testid': 'call-status', tabindex: '-1' });
    this.time = h('p', { class: 'ph-time', role: 'timer', 'aria-live': 'off', 'data-testid': 'call-time' });
    this.hintLine = h('p', { class: 'ph-hint', role: 'alert', 'data-testid': 'call-hint' });
    this.notice = h('p', { class: 'ph-notice', 'data-word': 'notice', 'data-testid': 'call-notice' });
    this.callButton = button('call', 'call', () => this.call(), icon('phone'));
    this.closeButton = button('close', 'cancel', () => close());
    this.chatButton = button('chat', 'chat', () => chat());
    this.closeButton.hidden = !close;
    this.chatButton.hidden = !chat;
    this.actions = h('div', { class: 'ph-actions' }, this.callButton, this.chatButton, this.closeButton);
    this.meter = h('div', { class: 'ph-meter', role: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': '0', 'data-label': 'level', 'data-testid': 'call-meter' });
    this.muteButton = button('mute', 'mute', () => this.mute(), round('microphone'));
    this.keysButton = button('keypad', 'keypad', () => this.toggleKeys(this.keys.hidden), round('keypad'));
    this.stopButton = button('stop', 'hangUp', () => this.current.hangUp(), round('phone'));
    this.row = h('div', { class: 'ph-row' }, this.muteButton, this.keysButton, this.stopButton);
    this.digits = h('output', { 'data-label': 'pressed', 'data-testid': 'call-digits', dir: 'ltr' });
    this.keys = h('div', { class: 'ph-keys', role: 'group', 'data-label': 'keypad', 'data-testid': 'call-keys', id: 'call-keys', hidden: true }, this.digits);
    this.keysButton.setAttribute('aria-controls', 'call-keys');
    for (const digit of '123456789*0#') {
      const key = h('button', { type: 'button', 'data-digit': digit }, digit);
      key.addEventListener('click', () => this.press(digit));
      this.keys.append(key);
    }
    const talk = h('div', { class: 'ph-talk' }, this.status, this.time);
    const parts = compact // the widget has one row for everything
      ? [h('div', { class: 'ph-bar' }, talk, this.row), this.meter, this.hintLine, this.notice, this.actions, this.keys]
      : [h('div', { class: 'ph-orb', 'aria-hidden': 'true' }, icon('phone')), talk, this.notice, ...(middle ? [middle] : []), this.hintLine, this.keys, this.meter, this.row, this.actions];
    this.element = h('section', { class: compact ? 'phone compact' : 'phone', 'data-label': 'phone', 'data-testid': 'call' }, ...parts);
    this.element.addEventListener('keydown', (event) => this.onKey(event));
  }

  setLanguage(language) {
    this.language = language;
    this.element.lang = language;
    this.element.querySelectorAll('[data-word]').forEach((element) => { element.textContent = this.t(element.dataset.word); });
    this.element.querySelectorAll('[data-label]').forEach((element) => element.setAttribute('aria-label', this.t(element.dataset.label)));
    const names = { '*': this.t('star'), '#': this.t('pound') };
    this.keys.querySelectorAll('button').forEach((key) => key.setAttribute('aria-label', `${this.t('key')} ${names[key.dataset.digit] || key.dataset.digit}`));
    for (const button of this.row.children) button.title = button.textContent;
    this.say(...this.said);
  }

  /** A text by its name, or the server's own words. */
  say(code, words = '') {
    this.said = [code, words];
    const text = words || (code ? this.t(code) : '');
    this.status.setAttribute('aria-live', ['listening', 'thinking', 'speaking'].includes(code) ? 'off' : 'polite'); // who talks is heard
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  word(button, name) {
    const span = button.querySelector('span');
    span.dataset.word = name;
    span.textContent = this.t(name);
    if (button.parentNode === this.row) button.title = span.textContent;
  }

  show(state) {
    const hadFocus = this.element.contains(this.element.getRootNode().activeElement);
    const [idle, live] = [state === 'before' || state === 'over', state === 'live'];
    this.element.dataset.state = state;
    this.actions.hidden = !idle;
    this.row.hidden = idle;
    this.notice.hidden = state !== 'before';
    this.meter.hidden = !live;
    this.time.hidden = state === 'before' || state === 'calling';
    [this.muteButton, this.keysButton].forEach((button) => { button.hidden = !live; });
    this.word(this.callButton, state === 'over' ? 'again' : 'call');
    this.word(this.closeButton, state === 'over' ? 'close' : 'cancel');
    if (!live) this.toggleKeys(false);
    if (hadFocus) (idle ? this.callButton : live ? this.muteButton : this.stopButton).focus(); // the button that had it is gone
  }

  // ---- the call

  call() {
    if (this.live) return;
    this.digits.textContent = '';
    this.element.classList.remove('bad');
    this.element.dataset.talk = '';
    this.showMute(false);
    this.current = new Call({ base: this.base, start: this.start, notify: (name, detail) => this.follow(name, detail) });
    this.current.ring(); // which may fail at once, and then the view asks for `current`
  }

  hangUp() { if (this.live) this.current.hangUp(); }

  follow(name, detail) {
    if (name === 'asking' || name === 'connecting' || name === 'reconnecting') this.waits(name);
    if (name === 'started') this.begun();
    if (name === 'state') this.turn(detail.state);
    if (name === 'level') this.showLevel(detail.level);
    if (name === 'hint') this.hintLine.textContent = detail.code && this.t(detail.code);
    if (name === 'ended') this.over(detail);
    this.notify(name, detail);
  }

  waits(name) {
    this.say(name);
    this.element.dataset.talk = name === 'reconnecting' ? 'hold' : '';
    if (name !== 'reconnecting') this.show('calling');
  }

  begun() {
    clearInterval(this.clock);
    this.clock = setInterval(() => this.showTime(), 500);
    this.showTime();
    this.show('live');
    this.turn(this.current.talk || 'listening');
  }

  turn(state) {
    this.element.dataset.talk = state;
    this.say(state);
  }

  over({ reason, text }) {
    clearInterval(this.clock);
    this.hintLine.textContent = '';
    this.element.dataset.talk = '';
    this.element.classList.toggle('bad', !['ended', 'hung_up'].includes(reason));
    this.say(reason, text);
    this.showTime();
    this.show('over');
    this.time.hidden = !this.current.startedAt;
  }

  showTime() {
    const { seconds } = this.current;
    this.time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  showLevel(level) {
    const part = Math.min(1, Math.max(0, (level + 60) / 50)); // -60 to -10 dB
    this.element.style.setProperty('--level', part.toFixed(2));
    this.meter.setAttribute('aria-valuenow', String(Math.round(part * 10) * 10));
  }

  // ---- buttons

  mute() {
    this.current.mute(!this.current.muted);
    this.showMute(this.current.muted);
  }

  showMute(on) {
    this.muteButton.toggleAttribute('data-on', on);
    this.muteButton.querySelector('i').replaceChildren(icon(on ? 'muted' : 'microphone'));
    this.word(this.muteButton, on ? 'unmute' : 'mute');
  }

  toggleKeys(open) {
    this.keys.hidden = !open;
    this.element.toggleAttribute('data-keys', open);
    this.keysButton.setAttribute('aria-expanded', String(open));
  }

  press(digit) {
    this.current.key(digit);
    this.digits.textContent += digit;
    this.toggleKeys(true);
  }

  /** Digits typed on the computer's own keyboard, in the phone or wherever else the page lets them through to here. */
  onKey(event) {
    if (this.element.dataset.state !== 'live' || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!/^[0-9*#]$/.test(event.key) || event.repeat) return;
    event.preventDefault(); // seen: a page that listens too does not press it twice
    this.press(event.key);
  }
}
