// Search as you type: the last query waits a little for the next letter and is given up when one comes.

import * as api from './api.js';
import { button, clearState, element, find, showState, skeletons } from './dom.js';
import { clock, count, milliseconds } from './format.js';
import { previewOnHover } from './strip.js';

const pause = 220, slow = 250;
const wanted = { segmentsEach: 4 }, first = 24, most = 1000, mostSeconds = 900;

export class Search {
  #running = new AbortController();
  #timer;
  #query = null;
  #answered = Promise.resolve([]);

  /** onWeak: weak results were asked for, which belongs into the address. */
  constructor(library, filters, models, { onWatch, onWeak }) {
    this.library = library;
    this.models = models;
    this.filters = filters;
    this.watch = onWatch;
    this.onWeak = onWeak;
    this.box = find('text');
    find('more').onclick = () => this.#more();
    this.end = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#more(), { rootMargin: '600px' });
    library.addEventListener('state', event => {
      if (event.detail.video.state === 'indexed' && this.#query)
        this.#run(this.#query, { quietly: true }); // What has just become searchable may be the answer.
    });
  }

  get isActive() { return this.#query !== null; }

  /** The moments that the last search finds; none where it fails or is given up. */
  get found() { return this.#answered; }

  /** What the address says of the search beside the text and the filters. */
  get subject() { return this.#query?.subject ?? {}; }

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
      subject: weak ? { weak: text } : {},
      ask: (top, signal) => api.search({ ...body, top }, signal),
      inside: (video, seconds) => api.search({ ...this.#inside(body, video), explain: seconds <= mostSeconds }),
      explain: this.#explains(body),
      weaker: () => {
        this.text({ weak: true });
        this.onWeak();
      },
    });
  }

  /** What looks like an image. encoded: as it stands in the address; null where it cannot stand there. */
  image(file, encoded) {
    const query = this.#wanted;
    this.#run({
      name: `the image ${file.name ?? ''}`.trimEnd(),
      subject: { image: encoded },
      again: () => this.image(file, encoded),
      ask: (top, signal) => api.searchImage(file, { ...query, top }, signal),
      inside: video => api.searchImage(file, this.#inside(query, video)),
      looksLike: 'the image',
    });
  }

  /** More like a segment that was found. like: its id. of, at: its video, and its moment in seconds. */
  like({ like, of, at }) {
    const body = { ...this.#wanted, like };
    const video = this.library.get(of) ?? this.#query?.moments?.find(({ result }) => result.video === of)?.result;
    this.#run({
      name: `more like ${clock(Number(at))} of ${video?.title ?? video?.name ?? 'a video'}`,
      subject: { like, of, at },
      again: () => this.like({ like, of, at }),
      ask: (top, signal) => api.search({ ...body, top }, signal),
      inside: id => api.search(this.#inside(body, id)),
      looksLike: 'the middle of that segment',
    });
  }

  /** The same search, as narrowed now. */
  again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#typed ? this.text() : this.#query?.again(), pause);
  }

  get #typed() { return this.box.value.trim(); }

  /** The same query about every segment of one video. */
  #inside = (body, video) => ({ ...body, filter: { video }, rank: 'moment', top: most, threshold: 0 });

  /**
   * Explains the moment of a segment that a query has found: the first ones together, once; further ones each with the others of
   * its video, where the ranks among all are not known.
   */
  #explains(body) {
    const together = once(() => api.search({ ...body, top: first, explain: true }));
    return async (segment, { moments, shown }) => {
      const { result } = moments.find(moment => moment.segment === segment);
      if (shown.get(keyOf(result, body)) < first)
        return together();
      const answer = await api.search({ ...this.#inside(body, result.video), rank: body.rank, explain: true });
      for (const { explanation } of answer.results.flatMap(({ segments }) => segments))
        delete explanation?.fusion;
      return answer;
    };
  }

  get #wanted() { return { ...wanted, filter: this.filters.filter, rank: this.filters.rank }; }

  clear() {
    clearTimeout(this.#timer);
    this.#running.abort();
    this.#query = null;
    this.#answered = Promise.resolve([]);
    this.#offer({ hasMore: false });
    this.#show(false);
    find('status').textContent = '';
  }

  /** Shows the results or the library; that is found again where it was left. */
  #show(results) {
    if (find('results').hidden !== results)
      return;
    if (results)
      this.left = scrollY;
    find('results').hidden = !results;
    find('library').hidden = results;
    scrollTo({ top: results ? 0 : this.left, behavior: 'instant' });
  }

  async #run(query, { quietly = false } = {}) {
    this.#running.abort();
    const { signal } = this.#running = new AbortController();
    const fresh = this.#query === null;
    this.#query = query;
    query.rank = this.filters.rank;
    this.#show(true);
    find('unjudged').hidden = true;
    const list = find('moments');
    const wait = setTimeout(() => this.#loading(list, query), fresh ? 0 : slow);
    let tell;
    this.#answered = new Promise(resolve => { tell = resolve; });
    try {
      const answer = await query.ask(query.top ??= first, signal);
      if (!signal.aborted)
        tell(this.#render(answer, query, quietly));
    } catch (error) {
      if (!api.isCancelled(error) && !signal.aborted)
        this.#fail(error, query);
    } finally {
      clearTimeout(wait);
      tell([]);
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
    this.#offer({ hasMore: false });
    find('status').textContent = '';
    showState(find('results-state'), 'error', 'The search did not work', error.message,
      button('Try again', () => this.#run(query)));
  }

  #render(answer, query, quietly) {
    // Which segments of a video are moments: those that are as sure as what the answer shows, or in which words are said.
    query.shows = ({ confidence, said }) => said || confidence && confidence.probability >= answer.threshold;
    [query.moments, query.shown] = [[], new Map()];
    clearState(find('results-state'));
    const list = find('moments'), focused = document.activeElement?.closest('#moments > .card')?.dataset.video;
    list.replaceChildren();
    this.#add(answer, query, quietly);
    if (focused) // What is at hand on the keyboard stays so when the same search is answered anew.
      list.querySelector(`[data-video="${CSS.escape(focused)}"] .open`)?.focus();
    if (query.moments.length === 0)
      this.#nothing(query, answer);
    return query.moments;
  }

  /** The results of an answer that are not shown yet, behind those that are. */
  #add(answer, query, quietly) {
    const { moments, shown } = query, results = answer.results.filter(result => !shown.has(keyOf(result, query)));
    for (const result of results) {
      shown.set(keyOf(result, query), shown.size);
      moments.push(...result.segments.map(segment => ({ result, segment, query })));
    }
    find('moments').append(...results.map(result => this.#card(result, shown.get(keyOf(result, query)), moments)));
    find('weaker').replaceChildren(...(moments.length && !answer.more && answer.weaker
      ? [button('Show weaker results', query.weaker, 'outlined')] : []));
    query.hasMore = answer.more;
    this.#offer(query);
    const videos = new Set(moments.map(({ result }) => result.video)).size;
    if (!quietly)
      find('status').textContent = moments.length
        ? `${count(moments.length, 'moment')} in ${count(videos, 'video')} for ${query.name} · `
          + `${count(answer.scored, 'segment')} compared in ${milliseconds(answer.elapsed)} ms`
        : `Nothing here matches ${query.name}`;
    this.#tellUnjudged(moments);
  }

  /** What comes behind the last result: more of them, unless there are none, or as many as can be ranked are shown. */
  #offer({ hasMore, top }) {
    find('more').hidden = !hasMore || top === most;
    find('most').hidden = !hasMore || top < most;
    this.end.unobserve(find('more')); // So that it is told again where the button is in view still.
    this.end.observe(find('more'));
  }

  /** The same question for twice as many results: those that are new are added, so that none comes twice and none is missed. */
  async #more() {
    const query = this.#query, { signal } = this.#running;
    if (!query?.hasMore || query.isGoing || query.top === most)
      return;
    query.isGoing = true;
    find('more').ariaBusy = 'true';
    try {
      const top = Math.min(most, 2 * query.top), answer = await query.ask(top, signal);
      if (signal.aborted)
        return;
      query.top = top;
      this.#add(answer, query, false);
    } catch (error) {
      if (!api.isCancelled(error))
        find('status').textContent = error.message;
    } finally {
      query.isGoing = false;
      find('more').ariaBusy = 'false';
    }
  }

  /** Why some results have no confidence, where the others would have one. */
  #tellUnjudged(moments) {
    const place = find('unjudged'), model = `the model ${this.models.name ?? ''}`.trimEnd();
    const unfamiliar = moments.filter(({ segment }) => segment.unfamiliar).length;
    place.hidden = unfamiliar === 0;
    place.textContent = `${unfamiliar === moments.length ? 'This footage is' : 'Results without a confidence are'} unlike what `
      + `${model} was calibrated on: their order is its best guess, and how sure `
      + 'it is cannot be said.';
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

  #card(result, at, moments) {
    const own = moments.filter(moment => moment.result === result), [best, ...others] = own;
    const open = moment => this.watch(moments, moments.indexOf(moment));
    const name = result.title ?? result.name;
    return element('li',
      { className: 'card moment',
      data: { video: result.video, segments: result.segments.map(segment => segment.segment).join(' ') } },
      this.#moment(best, name, () => open(best)),
      element('p', { className: 'facts' }, ...labelsOf(best, at + 1)),
      best.segment.said ? element('p', { className: 'said' }, '“', marked(best.segment.said), '”') : null,
      others.length
        ? element('div', { className: 'others', aria: { role: 'group', label: `Other moments of ${name}` } }, others.map(moment =>
        element('button', { type: 'button', onclick: () => open(moment) }, clock(moment.segment.moment)))) : null);
  }

  #moment({ result, segment }, name, open) {
    const at = clock(segment.moment);
    const image = segment.thumbnail
      ? element('img', { src: segment.thumbnail, alt: '', loading: 'lazy', decoding: 'async', onerror: () => image.remove() })
      : null;
    const strip = element('div', { className: 'strip', hidden: true });
    const picture = element('span', { className: 'picture' }, image, strip, spanOf(result, segment),
      element('span', { className: 'time' }, at));
    previewOnHover(picture, strip, () => result.preview, () => segment.start, () => segment.end);
    // Speech control finds a button by the text that is seen: the label begins with it.
    return element('button', {
      type: 'button', className: 'open', onclick: open,
      aria: { label: `${at} ${name}, from ${clock(segment.start)} to ${clock(segment.end)}` },
    }, picture, ' ', element('strong', { className: 'name' }, name));
  }
}

/** What tells a result from others: its video, or where moments are ranked its segment. */
const keyOf = (result, { rank }) => rank === 'moment' ? result.segments[0].segment : result.video;

/** Why a moment is shown: the words that are said in it or name its video, or else how sure the picture is. */
function labelsOf({ result: { named }, segment, query }, rank) {
  const name = named ? [byWords('Named', named)] : [];
  if (segment.said)
    return [byWords('Said', [segment.said]), ' ', ...name];
  return named && !query.shows(segment) ? name : [labelOf(segment, rank), ' ', ...name];
}

function byWords(how, texts) {
  const words = texts.flatMap(({ text, words }) => words.map(({ start, length }) => text.slice(start, start + length)));
  return element('span', { className: 'band', data: { band: how.toLowerCase() } }, `${how}: ${[...new Set(words)].join(', ')}`);
}

function labelOf({ confidence }, rank) {
  if (!confidence)
    return `No. ${rank}`;
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
