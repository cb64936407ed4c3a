/*
 * The browser phone's part that runs in the audio thread. The microphone becomes G.711 mu-law at 8 kHz in
 * frames of 20 ms, and such frames become sound, whatever the rate of the sound card. The classes know
 * nothing of the audio thread, so that a page can import them too (the tests do).
 */

const RATE = 8000; // Hz on the line
const FRAME = 160; // samples in 20 ms

// ------------------------------------------------------------------- G.711

const BIAS = 132; // added before the logarithm, ITU-T G.711
const CLIP = 32635; // the loudest sample it holds

const DECODED = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 255;
  const magnitude = (((code & 15) << 3) + BIAS << (code >> 4 & 7)) - BIAS;
  return (code & 128 ? -magnitude : magnitude) / 32768;
});

/** One sample (-1..1) as a mu-law byte. */
export function encode(sample) {
  const value = Math.round(sample * 32768);
  const magnitude = Math.min(Math.abs(value), CLIP) + BIAS;
  const exponent = 24 - Math.clz32(magnitude); // floor(log2) - 7
  return ~((value < 0 ? 128 : 0) | exponent << 4 | magnitude >> exponent + 3 & 15) & 255;
}

/** Mu-law bytes as samples (-1..1). */
export const decode = (bytes) => Float32Array.from(bytes, (byte) => DECODED[byte]);

// -------------------------------------------------------------- resampling

// A Kaiser-windowed sinc: flat to 0.45 of the slower rate (3.6 kHz), 60 dB down from 0.5 of it (4 kHz), where it would alias.
const CUTOFF = 0.475;
const BETA = 5.65;
const HALF = 37; // periods of the slower rate on each side of an output sample: (60 - 8) / (14.36 * 0.05) / 2

function bessel(x) { // modified, of the first kind, order 0
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-9 * sum; k += 1) sum += term *= (x / 2 / k) ** 2;
  return sum;
}

const sinc = (x) => (x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1);
const divisor = (a, b) => (b ? divisor(b, a % b) : a);

/** From one rate to another, sample by sample: push() while hungry, else take(). */
export class Resampler {
  constructor(from, to) {
    const common = divisor(from, to);
    this.up = to / common;
    this.down = from / common;
    const slower = Math.min(from, to) / from; // cycles in one input sample
    const half = Math.ceil(HALF / slower);
    this.taps = 2 * half;
    this.phases = Array.from({ length: this.up }, (_, phase) => {
      const filter = Float64Array.from({ length: this.taps }, (_tap, k) => {
        const distance = phase / this.up + half - 1 - k;
        const window = bessel(BETA * Math.sqrt(Math.max(0, 1 - (distance / half) ** 2)));
        return sinc(2 * CUTOFF * slower * distance) * window;
      });
      const gain = filter.reduce((sum, value) => sum + value, 0);
      return filter.map((value) => value / gain);
    });
    this.line = new Float32Array(2 * this.taps); // each sample twice, so that the last `taps` of them always lie in a row
    this.at = 0;
    this.phase = this.up; // where the next output lies after the last input, in parts of 1 / up
  }

  get hungry() { return this.phase >= this.up; }

  push(sample) {
    this.line[this.at] = sample;
    this.line[this.at + this.taps] = sample;
    this.at = (this.at + 1) % this.taps;
    this.phase -= this.up;
  }

  take() {
    const filter = this.phases[this.phase];
    let sum = 0;
    for (let k = 0; k < this.taps; k += 1) sum += filter[k] * this.line[this.at + k];
    this.phase += this.down;
    return sum;
  }
}

// ----------------------------------------------------------------- capture

/** Sound at the card's rate into frames for the line; send(bytes, level in dB below full scale). */
export class Capture {
  constructor(rate, send) {
    this.resampler = new Resampler(rate, RATE);
    this.send = send;
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.power = 0;
  }

  add(samples) {
    for (const sample of samples) {
      this.resampler.push(sample);
      while (!this.resampler.hungry) this.keep(this.resampler.take());
    }
  }

  keep(sample) {
    this.frame[this.filled] = encode(sample);
    this.filled += 1;
    this.power += sample * sample;
    if (this.filled < FRAME) return;
    this.send(this.frame, 10 * Math.log10(this.power / FRAME + 1e-10));
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.power = 0;
  }
}

// ---------------------------------------------------------------- playback

const FIRST_WAIT = 480; // samples gathered before a sentence starts: 60 ms
const MOST_WAIT = 1920; // after many gaps: 240 ms
const MORE_WAIT = 320; // what one gap adds
const STILL_GAP = 2000; // audio that comes this soon after we ran dry was late, not new: 250 ms
const FADE = 40; // a cleared sentence ends in 5 ms, without a click
const MOST_KEPT = 60 * RATE; // what a runaway server may leave here
const MOST_LATE = 1280; // samples that a live voice may be behind what it waits for: 160 ms

/**
 * The jitter buffer: frames and marks in, an even stream at the card's rate out; played(name) for each mark that was reached.
 * Of a `live` voice what is late is left out, so that it never falls behind; a bot's sentence is heard whole.
 */
export class Playback {
  constructor(rate, played, live = false) {
    this.live = live;
    this.resampler = new Resampler(RATE, rate);
    this.played = played;
    this.queue = []; // Float32Array | name of a mark
    this.kept = 0; // samples in the queue
    this.offset = 0; // samples of the first piece that are played
    this.wait = FIRST_WAIT;
    this.waited = 0;
    this.playing = false;
    this.idle = STILL_GAP; // samples since we ran dry in mid-sentence
    this.fading = []; // the end of a cleared sentence
    this.rest = STILL_GAP; // samples since anything was played
    this.gaps = 0; // times the sound ran dry in mid-sentence
  }

  add(bytes) {
    if (!bytes.length || this.kept > MOST_KEPT) return;
    if (!this.playing && !this.kept && this.idle < STILL_GAP) {
      this.gaps += 1;
      this.wait = Math.min(this.wait + MORE_WAIT, MOST_WAIT);
    }
    this.queue.push(decode(bytes));
    this.kept += bytes.length;
    if (this.live && this.kept > this.wait + MOST_LATE) this.skip();
  }

  /** Leave out all but the newest part, and the piece that is being played. */
  skip() {
    while (this.kept > this.wait && this.queue.length > 2) this.kept -= this.queue.splice(1, 1)[0].length;
  }

  mark(name) {
    this.queue.push(name);
    if (!this.kept) this.reach();
  }

  /** Silence now; the marks count as reached, as on a telephone line. */
  clear() {
    const left = this.playing ? this.queue[0].slice(this.offset, this.offset + FADE) : [];
    this.fading = Array.from(left, (sample, i) => sample * (1 - (i + 1) / left.length));
    const marks = this.queue.filter((piece) => typeof piece === 'string');
    this.queue = [];
    this.kept = 0;
    this.rest = STILL_GAP;
    this.stop(STILL_GAP);
    marks.forEach(this.played);
  }

  render(output) {
    for (let i = 0; i < output.length; i += 1) {
      while (this.resampler.hungry) this.resampler.push(this.next());
      output[i] = this.resampler.take();
    }
  }

  /** Whether somebody speaks; the gap between two sentences does not count. */
  get sounding() { return this.rest < STILL_GAP; }

  next() {
    this.rest += 1;
    if (this.fading.length) return this.fading.shift();
    if (!this.playing && !this.starts()) return 0;
    const sample = this.queue[0][this.offset];
    this.rest = 0;
    this.offset += 1;
    this.kept -= 1;
    if (this.offset < this.queue[0].length) return sample;
    this.queue.shift();
    this.offset = 0;
    const ended = this.reach();
    if (!this.kept) this.stop(ended ? STILL_GAP : 0);
    return sample;
  }

  starts() {
    this.idle += 1;
    if (!this.kept) return false;
    this.waited += 1;
    const whole = typeof this.queue[this.queue.length - 1] === 'string'; // a mark: all of the sentence is here
    this.playing = whole || this.kept >= this.wait || this.waited >= this.wait;
    return this.playing;
  }

  stop(idle) {
    this.playing = false;
    this.waited = 0;
    this.offset = 0;
    this.idle = idle;
  }

  /** The marks at the head of the queue are reached; whether there were any. */
  reach() {
    const waiting = this.queue.findIndex((piece) => typeof piece !== 'string');
    const marks = this.queue.splice(0, waiting < 0 ? this.queue.length : waiting);
    marks.forEach(this.played);
    return marks.length > 0;
  }
}

// -------------------------------------------------------- the audio thread

if (typeof registerProcessor === 'function') {
  registerProcessor('voxtrail-capture', class extends AudioWorkletProcessor {
    constructor() {
      super();
      this.capture = new Capture(sampleRate, (frame, level) => this.port.postMessage({ frame: frame.buffer, level }, [frame.buffer]));
      this.silence = new Float32Array(128);
    }

    process([[samples]]) {
      this.capture.add(samples || this.silence); // without a microphone the line still has its frames
      return true;
    }
  });

  registerProcessor('voxtrail-playback', class extends AudioWorkletProcessor {
    constructor({ processorOptions }) {
      super();
      this.sounding = false;
      this.playback = new Playback(sampleRate, (mark) => this.port.postMessage({ mark }), Boolean(processorOptions && processorOptions.live));
      this.port.onmessage = ({ data }) => {
        if (data.frame) this.playback.add(new Uint8Array(data.frame));
        if (data.mark !== undefined) this.playback.mark(data.mark);
        if (data.clear) this.playback.clear();
      };
    }

    process(_inputs, [[output]]) {
      this.playback.render(output);
      const { sounding } = this.playback;
      if (sounding !== this.sounding) this.port.postMessage({ sounding });
      this.sounding = sounding;
      return true;
    }
  });
}
