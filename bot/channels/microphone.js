/*
 * The microphone of a call: opened when it begins, and opened again when it was unplugged. For the phone (call.js) and the agents' desk
 * (voice.js). A JavaScript module without dependencies.
 */

const REFUSALS = {
  NotAllowedError: 'refused', SecurityError: 'refused', NotFoundError: 'no_microphone', OverconstrainedError: 'no_microphone',
  NotReadableError: 'microphone_busy', AbortError: 'microphone_busy',
};

/** One microphone in an AudioContext; changed() hears when it is lost, or found again. */
export class Microphone {
  constructor(context, changed) {
    Object.assign(this, { context, changed, muted: false, lost: false, over: false });
    this.returned = () => this.lost && this.reopen();
  }

  /** Opens it; why not, or ''. */
  async open() {
    try {
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } };
      this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      return REFUSALS[error.name] || 'no_microphone';
    }
    if (this.over) this.stop(); // it was given back while the person was asked
    else this.follow();
    return '';
  }

  follow() {
    const [track] = this.stream.getAudioTracks();
    track.enabled = !this.muted;
    track.onended = () => this.reopen();
    this.source = this.context.createMediaStreamSource(this.stream);
    if (this.node) this.source.connect(this.node);
  }

  /** It was unplugged: another one, or none until one comes. */
  async reopen() {
    if (this.over) return;
    this.source.disconnect();
    this.lost = Boolean(await this.open());
    if (!this.over) this.changed();
  }

  /** What it hears goes into this node of the context from now on. */
  connect(node) {
    this.node = node;
    this.source.connect(node);
    navigator.mediaDevices.addEventListener('devicechange', this.returned);
  }

  /** The frames go on, silent. */
  mute(on) {
    this.muted = on;
    if (this.stream) this.stream.getAudioTracks().forEach((track) => { track.enabled = !on; });
  }

  /** Gives it back: the browser's light goes out. */
  close() {
    this.over = true;
    if (navigator.mediaDevices) navigator.mediaDevices.removeEventListener('devicechange', this.returned);
    this.stop();
  }

  stop() {
    if (this.stream) this.stream.getTracks().forEach((track) => { track.onended = null; track.stop(); });
  }
}
