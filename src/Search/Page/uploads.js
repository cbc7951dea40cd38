// Files on their way up: two at a time, each a video in the library from the first byte.

import * as api from './api.js';
import { size } from './format.js';

const atATime = 2;

export class Uploads {
  #waiting = [];
  #running = 0;
  #made = 0;

  constructor(library) {
    this.library = library;
    this.largest = null;
  }

  add(files) {
    for (const file of files)
      this.#enter(file);
  }

  #enter(file) {
    const id = `upload-${++this.#made}`, stop = new AbortController();
    const entry = { id, name: file.name, bytes: file.size, state: 'uploading', uploadedAt: new Date().toISOString(), progress: 0,
      stages: waiting() };
    const cancel = () => {
      stop.abort();
      this.library.drop(id);
    };
    const put = change =>
      this.library.put(Object.assign(entry, change, { upload: { cancel, retry: change.retry } }) && { ...entry });
    const fail = (reason, retry) => put({ state: 'failed', failure: { stage: 'upload', reason }, retry });
    if (file.size === 0)
      return fail('the file is empty');
    if (this.largest && file.size > this.largest)
      return fail(`it has ${size(file.size)}; this server takes at most ${size(this.largest)}`);
    put({});
    this.#waiting.push({ file, id, stop, put, fail, again: () => { cancel(); this.#enter(file); } });
    this.#start();
  }

  /** Sends a file; a server that is full for now is asked again when it says so. */
  async #send(file, put, signal) {
    for (;;)
      try {
        return await api.upload(file, progress => signal.aborted || put({ progress }), signal);
      } catch (error) {
        if (!error.retryAfter)
          throw error;
        put({ progress: 0 });
        await pause(error.retryAfter, signal);
      }
  }

  async #start() {
    if (this.#running === atATime || this.#waiting.length === 0)
      return;
    const { file, id, stop, put, fail, again } = this.#waiting.shift();
    if (stop.signal.aborted)
      return this.#start();
    this.#running++;
    try {
      const taken = await this.#send(file, put, stop.signal);
      const video = await api.video(taken.id);
      this.library.drop(id);
      this.library.put(video);
    } catch (error) {
      if (!api.isCancelled(error))
        fail(error.message, error.status === 0 || error.status >= 500 ? again : undefined);
    } finally {
      this.#running--;
      this.#start();
    }
  }
}

const pause = (seconds, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, 1000 * seconds);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(new DOMException('cancelled', 'AbortError'));
  });
});

const waiting = () => [{ name: 'decode', state: 'waiting' }, { name: 'index', state: 'waiting' }];
