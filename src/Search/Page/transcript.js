// What is said in a video, beside it: where it is now, and the words that were looked for.

import * as api from './api.js';
import { element, find, marked, wordsOf } from './dom.js';
import { clock } from './format.js';

export class Transcript {
  #cues = [];
  #of = null;

  /** onSeek is told the time of a line that was chosen. */
  constructor(onSeek) {
    this.onSeek = onSeek;
    this.place = find('transcript');
    this.list = find('transcript-lines');
  }

  /** Shows the transcript of a video; nothing where none is known. */
  async show(video) {
    if (this.#of === video?.transcript)
      return;
    this.#of = video?.transcript;
    this.#cues = [];
    this.#render();
    if (!this.#of)
      return;
    const of = this.#of, cues = await api.transcript(of).catch(() => []);
    if (this.#of !== of)
      return;
    this.#cues = cues;
    this.#render();
  }

  /** Marks what an answer says is said: its own lines exactly, the same words in the others. */
  mark(segments) {
    const said = segments.flatMap(segment => segment.said ?? []);
    const words = new Set(said.flatMap(wordsOf).map(word => word.toLowerCase()));
    this.#cues.forEach((cue, at) => {
      const own = said.find(({ start, text }) => start === cue.start && text === cue.text);
      this.#lineOf(at)?.lastChild.replaceChildren(...own ? marked(own) : withWords(cue.text, words));
    });
  }

  /** Says where the video is. */
  follow(time) {
    const now = this.#cues.findLastIndex(cue => cue.start <= time);
    const current = this.list.querySelector('[aria-current]');
    const line = now < 0 || this.#cues[now].end < time ? null : this.#lineOf(now);
    if (current === line)
      return;
    current?.removeAttribute('aria-current');
    line?.setAttribute('aria-current', 'true');
    if (line && !this.list.contains(document.activeElement)) // Scrolls the list alone, never the dialog around it.
      this.list.scrollTop = line.offsetTop - this.list.clientHeight / 2;
  }

  #lineOf = at => this.list.children[at]?.firstChild;

  #render() {
    this.place.hidden = this.#cues.length === 0;
    this.list.replaceChildren(...this.#cues.map(cue => element('li', {}, element('button',
      { type: 'button', onclick: () => this.onSeek(cue.start) },
      element('span', { className: 'at' }, clock(cue.start)), element('span', {}, cue.text)))));
  }
}

function withWords(text, words) {
  const parts = text.split(/([\p{L}\p{N}]+)/u);
  return parts.map(part => words.has(part.toLowerCase()) ? element('mark', {}, part) : part);
}
