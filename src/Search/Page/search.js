// Search as you type: the last query waits a little for the next letter and is given up when one comes.

import * as api from './api.js';
import { button, clearState, element, find, marked, showState, skeletons, wordsOf } from './dom.js';
import { clock, count, milliseconds, quotable } from './format.js';
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
    library.addEventListener('dropped', ({ detail }) => this.#drop(detail));
    models.addEventListener('known', () => this.#query?.answer && this.#tell(this.#query, true));
    for (const event of ['loaded', 'counted'])
      library.addEventListener(event, () => this.#query?.answer && this.#tellNothing(this.#query));
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
      name: `“${quotable(text)}”`,
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
      name: `the image ${quotable(file.name ?? '')}`.trimEnd(),
      subject: { image: encoded },
      picture: URL.createObjectURL(file),
      again: () => this.image(file, encoded),
      ask: (top, signal) => api.searchImage(file, { ...query, top }, signal),
      inside: video => api.searchImage(file, this.#inside(query, video)),
      looksLike: 'the image',
    });
  }

  /** More like a segment that was found. like: its id. of, at: its video, and its moment in seconds. */
  like({ like, of, at }) {
    const body = { ...this.#wanted, like }, time = clock(Number(at));
    const known = this.library.get(of) ?? this.#query?.moments?.find(({ result }) => result.video === of)?.result;
    const called = known ? Promise.resolve(known) : api.video(of).catch(() => null); // It may be gone.
    const name = video => `${time} of ${quotable(video?.title ?? video?.name ?? 'a video')}`;
    this.#run({
      name: `more like ${name(known)}`,
      subject: { like, of, at },
      picture: of && api.own(`api/v1/videos/${encodeURIComponent(of)}/thumbnail?time=${encodeURIComponent(at)}`),
      again: () => this.like({ like, of, at }),
      async ask(top, signal) {
        const [answer, video] = await Promise.all([api.search({ ...body, top }, signal).catch(gone), called]);
        this.name = `more like ${name(video)}`;
        this.looksLike = `the segment at ${name(video)}`;
        return answer;
      },
      inside: id => api.search(this.#inside(body, id)),
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
      const { result } = moments.find(moment => moment.segment === segment) ?? {};
      if (!result)
        return { results: [] }; // It was removed meanwhile.
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
    this.#showAsked(query.picture);
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

  /** What the results are to look like, where that is a picture. */
  #showAsked(picture) {
    const place = find('asked');
    if (place.getAttribute('src') === (picture ?? null))
      return;
    if (place.src.startsWith('blob:'))
      URL.revokeObjectURL(place.src);
    place.hidden = !picture;
    place.onerror = () => { place.hidden = true; }; // Its video may be gone.
    if (picture)
      place.src = picture;
    else
      place.removeAttribute('src');
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
    query.answer = null;
    find('moments').replaceChildren();
    find('weaker').replaceChildren();
    this.#offer({ hasMore: false });
    find('status').textContent = '';
    showState(find('results-state'), 'error', 'The search did not work', error.message,
      button('Try again', () => this.#run(query)));
  }

  #render(answer, query, quietly) {
    // Which segments of a video are moments: those that are as sure as what the answer shows, or in which words are said.
    query.isSure = ({ confidence }) => confidence && confidence.probability >= answer.threshold;
    query.shows = segment => segment.said || query.isSure(segment);
    // Where a sentence's segments have no confidence, they are the nearest there are, whether they match it or not.
    query.isJudged = segment => !query.explain || Boolean(segment.confidence || segment.said);
    [query.moments, query.shown] = [[], new Map()];
    clearState(find('results-state'));
    const list = find('moments'), focused = document.activeElement?.closest('#moments > .card')?.dataset.video;
    list.replaceChildren();
    this.#add(answer, query, quietly);
    if (focused) // What is at hand on the keyboard stays so when the same search is answered anew.
      list.querySelector(`[data-video="${CSS.escape(focused)}"] .open`)?.focus();
    this.#tellNothing(query);
    return query.moments;
  }

  /** The results of an answer that are not shown yet, behind those that are. */
  #add(answer, query, quietly) {
    const { moments, shown } = query, results = answer.results.filter(result => !shown.has(keyOf(result, query)));
    for (const result of results) {
      shown.set(keyOf(result, query), shown.size);
      moments.push(...result.segments.map(segment => ({ result, segment, query })));
    }
    find('moments').append(...results.map(result => this.#card(result, shown.get(keyOf(result, query)), query)));
    find('weaker').replaceChildren(...(moments.length && !answer.more && answer.weaker
      ? [button('Show weaker results', query.weaker, 'outlined')] : []));
    query.hasMore = answer.more;
    query.answer = answer;
    this.#offer(query);
    this.#tell(query, quietly);
  }

  /** How much is found; quietly, only what its marks mean. */
  #tell(query, quietly) {
    const { moments, name, answer, explain } = query;
    if (!quietly)
      find('status').textContent = moments.length
        ? `${told(moments, answer, query)} · ${count(answer.scored, 'segment')} compared in `
          + `${milliseconds(answer.elapsed)} ms` : `Nothing here matches ${name}`;
    this.#tellUnjudged(explain ? moments : [], answer);
  }

  /** Takes out a video that is no longer here. */
  #drop(id) {
    const query = this.#query;
    if (!query?.answer || !query.moments.some(({ result }) => result.video === id))
      return;
    query.moments = query.moments.filter(({ result }) => result.video !== id); // A new list: the player has the one before.
    for (const card of find('moments').querySelectorAll(`[data-video="${CSS.escape(id)}"]`))
      card.remove();
    this.#tell(query, false);
    this.#tellNothing(query);
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

  /** Why results have no confidence: the model has none to give, or none for footage like theirs. */
  #tellUnjudged(moments, { threshold }) {
    const place = find('unjudged'), model = `model ${this.models.name ?? ''}`.trimEnd(), isUncalibrated = threshold === undefined;
    const best = moments.filter(({ result, segment }) => segment === result.segments[0]);
    const unfamiliar = best.filter(({ segment }) => segment.unfamiliar).length;
    const isWithheld = best.some(({ segment }) => !segment.confidence && !segment.unfamiliar);
    place.hidden = !isWithheld && unfamiliar === 0;
    place.textContent = isUncalibrated ? `The ${model} was never calibrated: the order is its best guess.`
      : `${unfamiliar === best.length ? 'What is found is' : isWithheld ? 'Most of what is found is'
        : count(unfamiliar, 'result is', 'results are')} unlike what the ${model} was calibrated on: `
        + 'the order is its best guess, and how sure it is cannot be said.';
  }

  /** Why nothing is found, where that is so. */
  #tellNothing(query) {
    const { library } = this, place = find('results-state'), { answer, hasMore } = query;
    if (find('moments').children.length || hasMore)
      return;
    if (answer.weaker)
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

  #card(result, at, query) {
    const [best, ...others] = query.moments.filter(moment => moment.result === result);
    const open = moment => this.watch(query.moments, query.moments.indexOf(moment));
    const name = result.title ?? result.name;
    return element('li',
      { className: 'card moment',
      data: { video: result.video, segments: result.segments.map(segment => segment.segment).join(' ') } },
      this.#moment(best, name, () => open(best)),
      element('p', { className: 'facts' }, ...labelsOf(best, at + 1)),
      best.segment.said ? element('p', { className: 'said' }, '“', marked(best.segment.said[0]), '”') : null,
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

/**
 * How many moments in how many videos: of all that are found, or of as many as are loaded; of a video there may be more than the
 * few that an answer has. Where not each is a match that the model is sure of or that is told by words, they are mere segments.
 */
function told(moments, { results, more }, { rank, name, explain }) {
  const videos = new Set(moments.map(({ result }) => result.video)).size, isByMoment = rank === 'moment';
  const isJudged = explain && moments.every(({ segment, query }) => query.isJudged(segment));
  const isFull = !isByMoment && results.some(({ segments }) => segments.length === wanted.segmentsEach);
  return `${isFull ? 'At least ' : more && isByMoment ? 'The first ' : ''}`
    + `${count(moments.length, isJudged ? 'moment' : 'segment')} in ${more && !isByMoment ? 'the first ' : ''}`
    + `${count(videos, 'video')} for ${name}${isJudged ? '' : ', the best first'}`;
}

/** Says of a moment that an address names and that is not here what people understand. */
function gone(error) {
  throw [400, 404].includes(error.status) ? new Error('The moment that this address names is not here any more.') : error;
}

/** What tells a result from others: its video, or where moments are ranked its segment. */
const keyOf = (result, { rank }) => rank === 'moment' ? result.segments[0].segment : result.video;

/**
 * Why a moment is shown: how sure the picture is, and the words that are said in it or name its video; the words alone where the
 * picture would not do.
 */
function labelsOf({ result: { named }, segment, query }, rank) {
  const { confidence, said, unfamiliar } = segment, isByWords = said || named;
  const isSure = query.isSure(segment) && percent(confidence) > 0;
  return [
    isByWords && !isSure ? null : confidence ? sureness(confidence) : `No. ${rank}`,
    said ? band('said', `Said: ${wordsOf(said[0]).join(', ')}`) : null,
    named ? band('named', `Named: ${[...new Set(named.flatMap(wordsOf))].join(', ')}`) : null,
    unfamiliar ? band('unfamiliar', 'Unfamiliar') : null,
  ].filter(Boolean).flatMap(label => [label, ' ']);
}

const band = (kind, text, title = '') => element('span', { className: 'band', data: { band: kind }, title }, text);

const percent = ({ probability }) => Math.round(100 * probability);

const sureness = confidence => band(confidence.band, `${confidence.band} · ${percent(confidence)} %`,
  `Of first results like this, ${percent(confidence)} % are right`);

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
