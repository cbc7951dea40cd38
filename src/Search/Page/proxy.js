// A version of a video that this browser plays, where it does not play the original.

import * as api from './api.js';

const pollEvery = 1000, h264 = 'video/mp4; codecs="avc1.4d401f, mp4a.40.2"';

/** What this browser plays: nearly all play MP4, and those without H.264 play WebM. */
export const format = document.createElement('video').canPlayType(h264) ? 'mp4' : 'webm';

/**
 * Has a version made, and resolves with its address once it can be played.
 * onProgress: gets its state and percent, again and again.
 */
export async function prepare(proxy, onProgress, signal) {
  for (let now = await api.prepareProxy(proxy, format); ; now = await next(proxy, now)) {
    signal.throwIfAborted();
    if (now.state === 'ready')
      return now.stream;
    if (now.state === 'failed')
      throw new api.Failure(api.sentence(now.reason), 0);
    onProgress(now);
    await new Promise(resolve => setTimeout(resolve, pollEvery));
    signal.throwIfAborted();
  }
}

/** Asks how far it is; another server than the one that was asked first has to be told to make it. */
const next = (proxy, { state }) => state === 'none' ? api.prepareProxy(proxy, format) : api.proxy(proxy, format);
