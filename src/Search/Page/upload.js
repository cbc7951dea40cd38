// A file on its way to the server, in chunks. What breaks off goes on where it stopped: after a pause that the server asks for,
// when a server that was gone is back, and after a reload as soon as the file can be read again.

import * as api from './api.js';
import { connection } from './connection.js';
import { forget, keep } from './remembered.js';
import * as tus from './tus.js';

const chunk = 8 << 20;
const mostTries = 6, longestPause = 15; // Tries that got no further in a row; seconds.
const mayPass = [404, 409, 423]; // It has expired; it has other bytes than thought; a broken request still holds it.
const full = { 'queue-full': 'The server’s queue is full', 'too-many': 'The server takes no more uploads for now' };

/**
 * Its `state`: 'missing' (its file must be chosen again), 'asking' (the page must be allowed to read it again), 'waiting' (for
 * its turn), 'sending', 'checking' (all of it is there), 'paused' (for a `reason`, until the time `until`; 0: until the server
 * is back), 'taken' (it became `video`; `known` where that was there before), 'failed' (for a `reason`), 'gone' (given up).
 * Tells of changes by 'state', and by 'progress' with the bytes that were just sent as its detail.
 */
export class Upload extends EventTarget {
  #stop = new AbortController();
  #release;
  #tries = 0;

  /** record: as remembered.js keeps it. release: lets other tabs have it. */
  constructor(record, release = () => {}) {
    super();
    Object.assign(this, { file: null, state: 'missing', sent: 0, reason: '', until: 0, video: null, known: false, ...record });
    this.#release = release;
  }

  /** What outlives the page. */
  get record() {
    return { key: this.key, name: this.name, bytes: this.bytes, id: this.id, sent: this.sent, handle: this.handle };
  }

  get isOpen() { return ['missing', 'asking'].includes(this.state) || this.isUnderWay; }

  /** Whether it stops when the page is left. */
  get isUnderWay() { return ['waiting', 'sending', 'checking', 'paused'].includes(this.state); }

  /** Shows how much is there of one that was remembered, and reads its file where the browser allows. */
  async resume() {
    this.#become('checking');
    const stand = this.id ? await tus.stand(this.id, this.#stop.signal).catch(error => this.#lostBy(error)) : null;
    if (stand?.video)
      return this.#take(stand);
    if (this.file) // Somebody has given it meanwhile.
      return undefined;
    this.sent = stand?.offset ?? this.sent;
    return this.readIfAllowed();
  }

  /** Goes on where the browser lets the page read the file; else says what that needs. */
  async readIfAllowed() {
    const may = await this.handle?.queryPermission?.({ mode: 'read' }) ?? 'denied';
    return may === 'granted' ? this.#read() : this.#become(may === 'prompt' ? 'asking' : 'missing');
  }

  /** Nothing is there any more of an upload that is not found. */
  #lostBy({ status }) {
    if (status === 404)
      Object.assign(this, { id: null, sent: 0 });
    return null;
  }

  /** Asks whether the page may read the file again. */
  async allow() {
    if (await this.handle.requestPermission({ mode: 'read' }) === 'granted')
      await this.#read();
  }

  async #read() {
    const file = await this.handle.getFile().catch(() => null);
    if (file)
      this.give(file, this.handle);
    else
      this.#become('missing'); // It was moved or removed.
  }

  /** Here is its file: it waits for its turn. */
  give(file, handle) {
    Object.assign(this, { file, handle });
    this.#become('waiting');
  }

  /** Sends it until it is taken, has failed or is given up. */
  async send() {
    try {
      await this.#take(await this.#sendAll());
    } catch (error) {
      this.fail(error.message);
    }
  }

  fail(reason) {
    this.reason = reason;
    this.#become('failed');
  }

  /** Gives it up; what is there of it is deleted. */
  async cancel() {
    this.#stop.abort();
    await this.#leave('gone');
    if (this.id && !this.video)
      await tus.giveUp(this.id);
  }

  #take({ video, known }) {
    Object.assign(this, { video, known, sent: this.bytes });
    return this.#leave('taken');
  }

  async #leave(state) {
    this.#become(state);
    await forget(this.key);
    this.#release();
  }

  #become(state) {
    if (this.state === 'gone')
      return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  #further(sent, justSent = 0) {
    this.sent = sent;
    if (this.state === 'sending' && sent === this.bytes)
      this.#become('checking');
    this.dispatchEvent(new CustomEvent('progress', { detail: justSent }));
  }

  async #sendAll() {
    for (this.#tries = 0; ;)
      try {
        return await this.#goOn();
      } catch (error) {
        await this.#pauseAfter(error);
      }
  }

  async #goOn() {
    const { signal } = this.#stop;
    this.#become('sending');
    this.#further(this.sent);
    let stand = this.id ? await tus.stand(this.id, signal) : await this.#begin(signal);
    while (!stand.video) {
      const { offset } = stand, part = this.file.slice(offset, offset + chunk);
      this.#further(offset);
      stand = await tus.add(this.id, offset, part, sent => this.#further(offset + sent, offset + sent - this.sent), signal);
      this.#tries = 0;
      await keep([this.record]);
    }
    return stand;
  }

  async #begin(signal) {
    this.id = await tus.begin(this.file, signal);
    await keep([this.record]);
    return { offset: 0, video: null };
  }

  /** Waits until another try may help; throws where none will. */
  async #pauseAfter(error) {
    this.#stop.signal.throwIfAborted();
    const { status, kind, retryAfter } = error;
    if (retryAfter)
      return this.#pause(full[kind] ?? error.message, retryAfter);
    const wait = Math.min(longestPause, 2 ** this.#tries++);
    if (status === 0)
      return this.#reconnect(wait);
    if (this.#tries === mostTries || !(status >= 500 || mayPass.includes(status)))
      throw error;
    this.#lostBy(error);
    return this.#pause(error.message, wait);
  }

  async #reconnect(wait) {
    await this.file.slice(0, 1).arrayBuffer().catch(() => {
      throw new api.Failure('the file cannot be read any more; was it moved or changed?', 0);
    });
    if (connection.isUp)
      return this.#pause('The connection broke', wait);
    this.until = 0;
    this.#become('paused');
    return Promise.race([connection.up(), this.#stopped()]);
  }

  #pause(reason, seconds) {
    Object.assign(this, { reason, until: performance.now() + 1000 * seconds });
    this.#become('paused');
    return Promise.race([new Promise(over => setTimeout(over, 1000 * seconds)), this.#stopped()]);
  }

  #stopped() {
    const { signal } = this.#stop;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  }
}
