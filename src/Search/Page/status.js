// How the server stands: what waits and what is under way, what failed and why, how fast it goes, disk, model and version.

import * as api from './api.js';
import { arrange, button, element, find } from './dom.js';
import { clock, count, day, size } from './format.js';
import { failedAt, stateOf } from './states.js';
import { live } from './live.js';

const refreshEvery = 5000, soon = 300, mostShown = 20, retriesAtATime = 4;

export class Status {
  #queue = null; // What waits or is under way, as the server answered last.
  #failures = mostShown; // So many are shown.
  #timer = 0;
  #isAsking = false;

  /** onChange: somebody has opened or closed it. */
  constructor(onChange) {
    this.button = find('status-open');
    this.button.onclick = () => {
      this.show(!this.isOpen);
      onChange();
    };
    find('failures-more').onclick = () => {
      this.#failures += mostShown;
      this.#refresh();
    };
    find('failures-again').onclick = () => this.#retryAll();
    live.addEventListener('progress', () => this.#renderQueue());
    for (const event of ['video', 'removed', 'ready', 'blind'])
      live.addEventListener(event, () => this.#refreshSoon());
  }

  get isOpen() { return !find('server-status').hidden; }

  show(isOpen) {
    if (isOpen === this.isOpen)
      return;
    find('server-status').hidden = !isOpen;
    find('content').dataset.view = isOpen ? 'status' : '';
    this.button.setAttribute('aria-pressed', `${isOpen}`);
    this.#refresh();
  }

  #refreshSoon() {
    if (!this.isOpen)
      return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), soon);
  }

  async #refresh() {
    clearTimeout(this.#timer);
    if (!this.isOpen || this.#isAsking)
      return;
    this.#isAsking = true;
    try {
      const [server, queue, failed] = await Promise.all([
        api.status(),
        api.listed({ state: ['uploaded', 'decoded'], sort: 'added', limit: mostShown }),
        api.listed({ state: ['failed'], sort: 'added', order: 'desc', limit: this.#failures }),
      ]);
      this.#render(server, queue, failed);
    } catch (error) {
      find('status-told').textContent = error.message;
    } finally {
      this.#isAsking = false;
    }
    this.#timer = setTimeout(() => this.#refresh(), refreshEvery);
  }

  #render({ model, version, segments, waitingBytes, throughput, disk, collection }, queue, failed) {
    const waiting = queue.states.uploaded + queue.states.decoded, { minutes, videos, footage } = throughput;
    facts(find('status-facts'), [
      ['Queue', waiting ? count(waiting, 'video') : 'Empty', waiting ? size(waitingBytes) : 'nothing waits'],
      ['Lately', count(videos, 'video'), `${clock(footage)} of footage in ${minutes} minutes`],
      ['Index', count(queue.states.indexed, 'video'), `${count(segments, 'segment')}${
        collection === 'default' ? '' : ` in the collection ${collection}`}`],
      ...disk ? [['Disk', `${size(disk.free)} free`, `of ${size(disk.total)}`]] : [],
      ['Model', model.id.split('@')[0], `on ${model.device}, texts in ${model.precision}`],
      ['Version', version, `head ${model.head}`],
    ]);
    this.#queue = queue;
    this.#renderQueue();
    this.#renderFailures(failed);
  }

  #renderQueue() {
    if (!this.isOpen || !this.#queue)
      return;
    const { states } = this.#queue, videos = this.#queue.videos.map(video => live.furthered(video));
    this.#renderStages(states, videos);
    this.#renderUnderWay(videos, states.uploaded + states.decoded);
  }

  #renderStages(states, videos) {
    const at = state => videos.filter(video => video.further && video.state === state).length;
    const decoding = at('uploaded'), indexing = at('decoded');
    find('status-stages').replaceChildren(...[
      ['Waiting', states.uploaded - decoding, 'waiting'], ['Frames are taken', decoding, 'current'],
      ['Frames are there', states.decoded - indexing, 'waiting'], ['Being indexed', indexing, 'current'],
      ['Searchable', states.indexed, 'done'], ['Failed', states.failed, 'failed'],
    ].map(([name, number, state]) => element('li', { data: { state: number ? state : 'none' } },
      element('strong', {}, `${number}`), element('span', {}, name))));
  }

  #renderUnderWay(videos, waiting) {
    const shown = videos.toSorted((one, other) => Boolean(other.further) - Boolean(one.further));
    find('under-way').hidden = shown.length === 0;
    find('under-way-list').replaceChildren(...shown.map(video => {
      const bar = video.further
        ? element('progress', { max: 100, value: video.further.percent, aria: { label: nameOf(video) } }) : null;
      return element('li', { data: { id: video.id } }, element('strong', { className: 'name' }, nameOf(video)),
        element('span', { className: 'facts' }, size(video.bytes)), element('p', {}, stateOf(video)), bar);
    }));
    const more = waiting - shown.length;
    find('under-way-more').textContent = more > 0 ? `and ${count(more, 'more that waits', 'more that wait')}` : '';
  }

  #renderFailures({ videos, total }) {
    find('failures').hidden = total === 0;
    find('failures-more').hidden = videos.length === total;
    const list = find('failures-list'), known = new Map([...list.children].map(row => [row.dataset.of, row]));
    arrange(list, videos.map(video => {
      const of = JSON.stringify([video.id, nameOf(video), video.failure, video.uploadedAt]);
      return known.get(of) ?? this.#failure(video, of);
    }));
  }

  #failure(video, of) {
    const again = button('Try again', () => this.#try(() => api.retry(video.id)), 'outlined');
    again.setAttribute('aria-label', `Try again: ${nameOf(video)}`);
    const { stage, reason } = video.failure;
    return element('li', { data: { of, id: video.id } }, element('strong', { className: 'name' }, nameOf(video)),
      element('span', { className: 'facts' }, `${size(video.bytes)} · ${day(video.uploadedAt)}`),
      element('p', { className: 'reason' }, element('strong', {}, `${failedAt[stage] ?? 'It failed'}: `), api.ended(reason)),
      again);
  }

  async #try(action) {
    find('status-told').textContent = '';
    try {
      await action();
    } catch (error) {
      find('status-told').textContent = error.message;
    }
    await this.#refresh();
  }

  #retryAll() {
    return this.#try(async () => {
      const all = find('failures-again'), failed = await api.allListed({ state: ['failed'] });
      all.disabled = true;
      try {
        let tried = 0;
        const next = async () => {
          for (let video; (video = failed.pop()) !== undefined;) {
            await api.retry(video.id).catch(error => {
              if (error.status !== 404) // It was removed meanwhile.
                throw error;
            });
            find('status-told').textContent = `${count(++tried, 'video is', 'videos are')} tried again.`;
          }
        };
        await Promise.all(Array.from({ length: retriesAtATime }, next));
      } finally {
        all.disabled = false;
      }
    });
  }
}

const nameOf = video => video.title ?? video.name;

const facts = (place, rows) => place.replaceChildren(...rows.map(([name, value, note]) =>
  element('div', {}, element('dt', {}, name), element('dd', {}, element('strong', {}, value), element('span', {}, note)))));
