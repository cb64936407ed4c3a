/*
 * An agent's voice on a call, or a supervisor's ears: the call itself (Voice) and the bar of buttons that shows it (mount).
 * A JavaScript module without dependencies; the sound lives in /call-worklet.js. A call belongs to the page, not to its bar.
 */

import { Microphone } from '/microphone.js';

const BACK = 60000; // ms in which a broken socket is taken up again; the server keeps the conversation that long
const CALLER_BACK = 25000; // ms a caller whose line broke has to come back
const RETRY = 1000; // ms between two tries
const CONNECT = 10000; // ms the server has to answer
const WAKE = 3000; // ms the sound card has to start
const BEHIND = 1600; // bytes not sent, 200 ms: a frame now would be late, and is left out
const DEAD = 24000; // bytes not sent: the line is dead
const AGAIN = ['lost', 'replaced', 'restart', 'caller_away']; // the caller may be back in a moment

// ----------------------------------------------------------------- the call

/** One call; notify(state, detail) hears: asking, connecting, talking, muted, on_hold, waiting, listening, reconnecting, level, ended. */
export class Voice {
  constructor({ escalation, mode = 'talk', notify = () => {} }) {
    Object.assign(this, { escalation, mode, notify, over: true, state: 'idle', muted: false, held: false, listened: false, reason: '' });
  }

  get live() { return !this.over; }

  join() {
    if (!this.over) return;
    Object.assign(this, { over: false, muted: false, held: false, droppedAt: 0, patience: BACK, reason: '' });
    this.begin().catch((error) => { console.error('Voxtrail voice', error); this.finish('unreachable'); });
  }

  async begin() {
    if (!window.isSecureContext) return this.finish('insecure');
    this.show('asking');
    this.context = new AudioContext({ latencyHint: 'interactive' }); // in the click, or the browser keeps the sound off
    const running = this.context.resume().then(() => true, () => false);
    const module = this.context.audioWorklet.addModule('/call-worklet.js').then(() => true, () => false);
    this.microphone = new Microphone(this.context, () => this.show(this.state));
    const refusal = this.mode === 'talk' ? await this.microphone.open() : '';
    if (this.over) return this.release();
    if (refusal) return this.finish(refusal);
    if (!await module) return this.finish('unreachable');
    const late = new Promise((resolve) => setTimeout(() => resolve(false), WAKE));
    if (!await Promise.race([running, late])) return this.finish('no_sound');
    if (this.over) return this.release();
    this.wire();
    this.show('connecting');
    this.connect();
  }

  wire() {
    const options = { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { live: true } };
    this.playback = new AudioWorkletNode(this.context, 'voxtrail-playback', options);
    this.playback.connect(this.context.destination);
    if (this.mode !== 'talk') return;
    this.capture = new AudioWorkletNode(this.context, 'voxtrail-capture', { channelCount: 1, channelCountMode: 'explicit', numberOfOutputs: 0 });
    this.capture.port.onmessage = ({ data }) => this.heard(data);
    this.microphone.connect(this.capture);
  }

  heard({ frame, level }) {
    this.notify('level', { level: this.muted || this.held ? -100 : level });
    if (!this.ready || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > DEAD) this.drop();
    else if (this.socket.bufferedAmount <= BEHIND) this.socket.send(frame);
  }

  // ---- the line

  connect() {
    const url = new URL(`/desk/voice/${encodeURIComponent(this.escalation)}?mode=${this.mode}`, window.location.href);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    const socket = new WebSocket(url.href);
    this.socket = socket;
    this.answer = '';
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => (typeof data === 'string' ? this.receive(JSON.parse(data)) : this.playback.port.postMessage({ frame: data }, [data]));
    socket.onclose = () => this.drop();
    this.timer = setTimeout(() => this.drop(), CONNECT);
  }

  receive({ event, ...detail }) {
    if (event === 'ended') this.answer = detail.reason;
    if (event !== 'state') return;
    clearTimeout(this.timer);
    if (!this.ready) this.begun();
    this.listened = Boolean(detail.listened);
    this.show(detail.state === 'hold' ? 'on_hold' : detail.state);
  }

  /** The server has let us in; on a new socket it knows nothing of what was pressed before. */
  begun() {
    Object.assign(this, { ready: true, droppedAt: 0, patience: BACK });
    if (this.muted) this.send('mute');
    if (this.held) this.send('hold');
  }

  drop() {
    clearTimeout(this.timer);
    const old = this.socket;
    Object.assign(old, { onmessage: null, onclose: null });
    old.close(); // a dead line does not close by itself for minutes
    const was = this.ready;
    this.ready = false;
    if (this.over) return;
    if (this.answer && !AGAIN.includes(this.answer)) return this.finish(this.answer);
    if (!this.droppedAt && !was && !this.answer) return this.finish('unreachable');
    if (!this.droppedAt) this.droppedAt = Date.now();
    if (this.answer) this.patience = CALLER_BACK;
    if (Date.now() - this.droppedAt > this.patience) return this.finish(this.answer ? 'call_over' : 'unreachable');
    this.show(this.answer ? 'caller_away' : 'reconnecting');
    this.timer = setTimeout(() => this.connect(), RETRY);
  }

  send(event) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ event }));
  }

  // ---- what the agent does

  mute(on) {
    this.muted = on;
    this.microphone.mute(on);
    this.send(on ? 'mute' : 'unmute');
  }

  hold(on) {
    this.held = on;
    this.send(on ? 'hold' : 'resume');
  }

  leave() {
    this.send('stop');
    this.finish(this.mode === 'talk' ? 'left' : 'stopped');
  }

  show(state) {
    this.state = state;
    this.notify(state, {});
  }

  finish(reason) {
    if (this.over) return;
    this.over = true;
    this.reason = reason;
    this.release();
    this.show('ended');
  }

  release() {
    clearTimeout(this.timer);
    this.ready = false;
    if (this.socket) Object.assign(this.socket, { onmessage: null, onclose: null }).close(1000);
    if (this.capture) this.capture.port.onmessage = null;
    this.capture = null;
    if (this.microphone) this.microphone.close();
    if (this.context && this.context.state !== 'closed') this.context.close();
  }
}

// ------------------------------------------------------------------ the bar

const STYLES = `
.voice-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.voice-bar button { font: inherit; font-weight: 600; min-height: 36px; padding: 4px 14px; border: 1.5px solid currentColor; border-radius: 18px;
  background: none; color: inherit; cursor: pointer; }
.voice-bar button[hidden] { display: none; } .voice-bar button:focus-visible { outline: 3px solid #5b8def; outline-offset: 2px; }
.voice-bar .voice-join { background: #17794f; border-color: #17794f; color: #fff; } .voice-bar .voice-leave { background: #c5281f; border-color: #c5281f; color: #fff; }
.voice-bar [aria-pressed="true"] { background: currentColor; } .voice-bar [aria-pressed="true"] span { filter: invert(1) grayscale(1) contrast(9); }
.voice-bar .voice-state { flex: 1 1 12em; margin: 0; } .voice-bar meter { width: 90px; height: 10px; } .voice-bar meter[hidden] { display: none; }
@media (forced-colors: active) { .voice-bar button { border-color: CanvasText; } }
`;
const calls = new Map(); // by escalation and mode: a call outlives the bars that show it

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

/** Draws the bar into the element with nicegui's number `id`, as soon as that is there. */
export async function mount(id, { escalation, mode, texts }) {
  for (let tries = 0; tries < 60 && !document.getElementById(`c${id}`); tries += 1) await new Promise((done) => { setTimeout(done, 50); });
  const place = document.getElementById(`c${id}`);
  if (!place) return;
  const key = `${mode} ${escalation}`;
  // Who listened and has taken the conversation now talks: nobody does both.
  calls.forEach((call, other) => { if (other !== key && call.escalation === escalation && call.live) call.leave(); });
  if (!calls.has(key)) calls.set(key, new Voice({ escalation, mode }));
  bar(place, calls.get(key), texts);
}

function bar(place, voice, texts) {
  if (!document.getElementById('voice-bar-styles')) document.head.append(h('style', { id: 'voice-bar-styles' }, STYLES));
  const button = (name, act) => {
    const element = h('button', { type: 'button', class: `voice-${name}`, 'data-testid': `voice-${name}` }, h('span'));
    element.addEventListener('click', act);
    return element;
  };
  const join = button('join', () => voice.join());
  const mute = button('mute', () => voice.mute(!voice.muted));
  const hold = button('hold', () => voice.hold(!voice.held));
  const leave = button('leave', () => voice.leave());
  const state = h('p', { class: 'voice-state', role: 'status', 'data-testid': 'voice-state' });
  const level = h('meter', { min: '-60', max: '-10', low: '-45', 'aria-label': texts.level, 'data-testid': 'voice-level' });
  const say = (element, text) => { element.firstChild.textContent = text; element.setAttribute('aria-label', text); };
  const root = h('div', { class: 'voice-bar', role: 'group', 'aria-label': texts.bar }, join, mute, hold, leave, level, state);
  root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !voice.live) return;
    const act = voice.mode === 'talk' && { m: mute, h: hold }[event.key];
    if (act && !act.hidden) { event.preventDefault(); event.stopPropagation(); act.click(); }
  });

  const draw = () => {
    const focused = root.contains(document.activeElement);
    const talks = voice.live && voice.mode === 'talk' && ['talking', 'muted', 'on_hold'].includes(voice.state);
    join.hidden = voice.live;
    leave.hidden = !voice.live;
    [mute, hold, level].forEach((element) => { element.hidden = !talks; });
    say(join, voice.mode === 'talk' ? texts.join : texts.listen);
    say(mute, voice.muted ? texts.unmute : texts.mute);
    say(hold, voice.held ? texts.resume : texts.hold);
    say(leave, texts.leave);
    mute.setAttribute('aria-pressed', String(voice.muted));
    hold.setAttribute('aria-pressed', String(voice.held));
    root.dataset.state = voice.state;
    const main = voice.state === 'ended' ? texts[voice.reason] || texts.call_over : texts[voice.state];
    state.textContent = [main, voice.live && voice.microphone?.lost && texts.microphone_lost, voice.live && voice.listened && texts.listened].filter(Boolean).join(' ');
    if (focused && (document.activeElement === document.body || document.activeElement.hidden)) (voice.live ? leave : join).focus();
  };
  voice.notify = (name, detail) => {
    if (name === 'level') level.value = Math.max(-60, Math.min(-10, detail.level));
    else draw();
  };
  place.replaceChildren(root);
  draw();
}
