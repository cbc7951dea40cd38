// Search as you type: the last query waits a little for the next letter and is given up when one comes.

import * as api from './api.js';
import { button, clearState, element, find, showState, skeletons } from './dom.js';
import { clock, count, milliseconds, score } from './format.js';
import { previewOnHover } from './strip.js';

const pause = 220, slow = 250;
const wanted = { top: 24, segmentsEach: 4 };

export class Search {
  #running = new AbortController();
  #timer;
  #query = null;

  constructor(library, filters, onWatch) {
    this.library = library;
    this.filters = filters;
    this.watch = onWatch;
    this.box = find('text');
    library.addEventListener('state', event => {
      if (event.detail.video.state === 'indexed' && this.#query)
        this.#run(this.#query, { quietly: true }); // What has just become searchable may be the answer.
    });
  }

  get isActive() { return this.#query !== null; }

  /** A letter more or less. */
  typed() {
    clearTimeout(this.#timer);
    if (this.#typed)
      this.#timer = setTimeout(() => this.text(), pause);
    else
      this.clear();
  }

  /** What the box holds now, also where an older answer's button asks. With `weak`, also what is hardly a match. */
  text({ weak = false } = {}) {
    clearTimeout(this.#timer);
    const text = this.#typed;
    if (!text)
      return this.clear();
    const body = { ...this.#wanted, ...this.filters.texts(text), ...(weak ? { threshold: 0 } : {}) };
    this.#run({
      name: `“${text}”`,
      ask: signal => api.search(body, signal),
      explain: once(() => api.search({ ...body, explain: true })),
      weaker: () => this.text({ weak: true }),
    });
  }

  image(file) {
    const query = this.#wanted;
    this.#run(
      { name: `the image ${file.name || 'that was pasted'}`, again: () => this.image(file), ask: signal =>
      api.searchImage(file, query, signal), looksLike: 'the image' });
  }

  /** More like a segment that was found. */
  like({ segment, name, start }) {
    const body = { ...this.#wanted, like: segment };
    this.#run(
      { name: `more like ${clock(start)} of ${name}`, again: () => this.like({ segment, name, start }), ask: signal =>
      api.search(body, signal), looksLike: 'the middle of that segment' });
  }

  /** The same search, as narrowed now. */
  again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#typed ? this.text() : this.#query?.again(), pause);
  }

  get #typed() { return this.box.value.trim(); }

  get #wanted() { return { ...wanted, filter: this.filters.filter, rank: this.filters.rank }; }

  clear() {
    clearTimeout(this.#timer);
    this.#running.abort();
    this.#query = null;
    this.#show(false);
    find('status').textContent = '';
  }

  #show(results) {
    find('results').hidden = !results;
    find('library').hidden = results;
  }

  async #run(query, { quietly = false } = {}) {
    this.#running.abort();
    const { signal } = this.#running = new AbortController();
    const fresh = this.#query === null;
    this.#query = query;
    this.#show(true);
    const list = find('moments');
    const wait = setTimeout(() => this.#loading(list, query), fresh ? 0 : slow);
    try {
      const answer = await query.ask(signal);
      if (!signal.aborted)
        this.#render(answer, query, quietly);
    } catch (error) {
      if (!api.isCancelled(error) && !signal.aborted)
        this.#fail(error, query);
    } finally {
      clearTimeout(wait);
      if (!signal.aborted)
        list.ariaBusy = 'false';
    }
  }

  #loading(list, query) {
    list.ariaBusy = 'true';
    find('status').textContent = `Searching for ${query.name} …`;
    if (!list.children.length) {
      clearState(find('results-state'));
      list.replaceChildren(...skeletons('li', 6));
    }
  }

  #fail(error, query) {
    find('moments').replaceChildren();
    find('weaker').replaceChildren();
    find('status').textContent = '';
    showState(find('results-state'), 'error', 'The search did not work', error.message,
      button('Try again', () => this.#run(query)));
  }

  #render(answer, query, quietly) {
    const moments = answer.results.flatMap(result => result.segments.map(segment => ({ result, segment, query })));
    clearState(find('results-state'));
    const list = find('moments'), focused = document.activeElement?.closest('#moments > .card')?.dataset.video;
    list.replaceChildren(...answer.results.map(result => this.#card(result, moments)));
    if (focused) // What is at hand on the keyboard stays so when the same search is answered anew.
      list.querySelector(`[data-video="${CSS.escape(focused)}"] .open`)?.focus();
    if (moments.length === 0)
      this.#nothing(query, answer);
    find('weaker').replaceChildren(
      ...(moments.length && answer.weaker ? [button('Show weaker results', query.weaker, 'outlined')] : []));
    if (!quietly)
      find('status').textContent = moments.length
        ? `${count(moments.length, 'moment')} in ${count(answer.results.length, 'video')} for ${query.name} · `
          + `${count(answer.scored, 'segment')} compared in ${milliseconds(answer.elapsed)} ms`
        : `Nothing here matches ${query.name}`;
  }

  #nothing(query, { weaker }) {
    const { library } = this, place = find('results-state');
    if (weaker)
      showState(place, 'empty', `Nothing here matches ${query.name}`,
        'What comes nearest is too unlike it to be shown unasked. Say what is seen: things, colours, what they do.',
        button('Show the weak results', query.weaker));
    else if (library.searchable && this.filters.isActive)
      showState(place, 'empty', `Nothing here matches ${query.name}`,
        'No moment of the videos that the filters leave is near it.', button('Without filters', () => this.filters.clear()));
    else if (library.searchable)
      showState(place, 'empty', `Nothing here matches ${query.name}`,
        `No moment of your ${count(library.searchable, 'searchable video')} is near it. `
          + 'Say what is seen: things, colours, what they do.');
    else if (library.coming)
      showState(place, 'empty', 'Nothing is searchable yet',
        `${count(library.coming, 'video is', 'videos are')} on the way; this search is repeated when the first has arrived.`);
    else
      showState(place, 'empty', 'There is nothing to search', 'Add a video first.',
        ...(library.takesUploads ? [button('Add videos', library.onAdd)] : []));
  }

  #card(result, moments) {
    const own = moments.filter(moment => moment.result === result), [best, ...others] = own;
    const open = moment => this.watch(moments, moments.indexOf(moment));
    const name = this.library.get(result.video)?.title ?? result.name;
    return element('li',
      { className: 'card moment',
      data: { video: result.video, segments: result.segments.map(segment => segment.segment).join(' ') } },
      this.#moment(best, name, () => open(best)),
      element('p', { className: 'facts' }, bandOf(best.segment.confidence), `Score ${score(best.segment.score)}`),
      best.segment.said ? element('p', { className: 'said' }, '“', marked(best.segment.said), '”') : null,
      others.length
        ? element('div', { className: 'others', aria: { role: 'group', label: `Other moments of ${name}` } }, others.map(moment =>
        element('button', { type: 'button', title: `Score ${score(moment.segment.score)}`, onclick: () => open(moment) },
          clock(moment.segment.moment)))) : null);
  }

  #moment({ result, segment }, name, open) {
    const at = clock(segment.moment);
    const image = segment.thumbnail
      ? element('img', { src: segment.thumbnail, alt: '', loading: 'lazy', decoding: 'async', onerror: () => image.remove() })
      : null;
    const strip = element('div', { className: 'strip', hidden: true });
    const picture = element('span', { className: 'picture' }, image, strip, spanOf(result, segment),
      element('span', { className: 'time' }, at));
    previewOnHover(picture, strip, () => this.library.get(result.video)?.preview, () => segment.start, () => segment.end);
    // Speech control finds a button by the text that is seen: the label begins with it.
    return element('button', {
      type: 'button', className: 'open', onclick: open,
      aria: { label: `${at} ${name}, from ${clock(segment.start)} to ${clock(segment.end)}` },
    }, picture, ' ', element('strong', { className: 'name' }, name));
  }
}

/** How sure a result is, where that is known. */
function bandOf(confidence) {
  if (!confidence)
    return null;
  const sure = `${Math.round(100 * confidence.probability)} %`;
  return element('span',
    { className: 'band', data: { band: confidence.band }, title: `Of first results like this, ${sure} are right` },
    `${confidence.band} · ${sure}`);
}

/** What is said, with the words that were looked for marked. */
function marked({ text, words }) {
  let at = 0;
  const parts = words.flatMap(({ start, length }) =>
    [text.slice(at, start), element('mark', {}, text.slice(start, at = start + length))]);
  return [...parts, text.slice(at)];
}

/** Where in its video a segment lies, as a thin line. */
function spanOf(result, segment) {
  if (!result.duration)
    return null;
  const line = element('span', { className: 'span' });
  line.style.setProperty('--from', segment.start / result.duration);
  line.style.setProperty('--to', Math.min(1, segment.end / result.duration));
  return line;
}

/** Asked for once, when first wanted; again only after a failure. */
function once(ask) {
  let asked = null;
  return () => asked ??= ask().catch(error => {
    asked = null;
    throw error;
  });
}
