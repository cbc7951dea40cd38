// Which model searches, what it knows, and the way to another one: the header's button, and a dialog.

import * as api from './api.js';
import { button, element, find } from './dom.js';
import { clock, count, size } from './format.js';

const pollEvery = 700;
const under = {
  downloading: 'is being downloaded', importing: 'is made ready', done: 'is here', stopped: 'was stopped; what came stays',
  failed: 'could not be downloaded',
};
const isRunning = pull => pull && ['downloading', 'importing'].includes(pull.state);

export class Models extends EventTarget {
  #list = null;
  #isAdmin = false;
  #status = null;
  #timer = 0;
  #isUnanswered = false;

  constructor() {
    super();
    this.dialog = find('models');
    find('model').onclick = () => this.open();
    this.#begin();
  }

  /** What people call the model that searches; null until it is known. */
  get name() { return this.#status?.model.id.split('@')[0] ?? null; }

  /** What it knows, as a sentence about it. */
  get about() { return this.#status?.model.about ?? 'does not say what it knows'; }

  /** Whether this service can get another model, and its user may. */
  get canChoose() { return this.#list !== null && this.#isAdmin; }

  open() {
    this.refresh();
    this.dialog.showModal();
  }

  async #begin() {
    this.#status = await api.status();
    const session = await api.session();
    this.#isAdmin = session.scopes.includes('admin');
    this.#list = await api.models().catch(() => null); // A service that only searches has none to choose from.
    this.#render();
    this.#poll();
    this.dispatchEvent(new Event('known'));
  }

  /** Asks how it stands now. */
  async refresh() {
    const former = this.#status?.model.id;
    try {
      [this.#status, this.#list] = await Promise.all([api.status(), this.#list ? api.models() : null]);
    } catch (error) {
      if (this.#isChanging) // It starts again with the other model.
        return this.#poll();
      this.#isUnanswered = true;
      return this.#complain(error);
    }
    if (this.#isUnanswered)
      find('models-problem').textContent = '';
    this.#isUnanswered = false;
    this.#render();
    this.#poll();
    if (this.#status.model.id !== former)
      this.dispatchEvent(new Event('changed'));
  }

  get #isChanging() { return this.#list?.change?.state === 'encoding'; }

  /** Asks again while something is under way. */
  #poll() {
    clearTimeout(this.#timer);
    if (isRunning(this.#list?.pull) || this.#isChanging)
      this.#timer = setTimeout(() => this.refresh(), pollEvery);
  }

  #complain(error) {
    find('models-problem').textContent = error.message;
  }

  /** Does something to the models, then shows how it stands. */
  async #act(action) {
    find('models-problem').textContent = '';
    try {
      await action();
    } catch (error) {
      this.#complain(error);
    }
    await this.refresh();
  }

  #render() {
    const { model, version, videos, segments, waiting, waitingBytes, throughput, disk } = this.#status;
    find('model-name').textContent = this.name;
    find('model').hidden = false;
    const { collection } = this.#status, where = collection === 'default' ? '' : `Collection ${collection}. `;
    find('about').textContent = api.ended(`${where}Model ${this.name} ${this.about}`);
    find('about').hidden = false;
    find('model-about').textContent = api.ended(`${this.name} ${this.about}`);
    find('server').replaceChildren(...[
      ['Model', model.id],
      ['Head', model.head],
      ['Runs on', `${model.device}, texts in ${model.precision}`],
      ['Index', `${count(videos, 'video')}, ${count(segments, 'segment')}`],
      ['Queue', waiting ? `${count(waiting, 'video')}, ${size(waitingBytes)}` : 'empty'],
      ['Lately', `${count(throughput.videos, 'video')}, ${clock(throughput.footage)} of footage in `
        + `${throughput.minutes} minutes`],
      ...(disk ? [['Disk', `${size(disk.free)} free of ${size(disk.total)}`]] : []),
      ['Version', version],
    ].map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
    find('models-choice').hidden = !this.#list;
    if (!this.#list)
      return;
    this.#renderPull(this.#list.pull);
    this.#renderChange(this.#list.change);
    find('models-here').replaceChildren(...this.#list.installed.map(installed => this.#installed(installed)));
    find('models-offered').replaceChildren(...this.#list.offered.map(offer => this.#offer(offer)));
  }

  #installed({ name, id, about }) {
    const use = button('Search with it', () => this.#act(() => api.useModel(name)), 'outlined');
    use.disabled = this.#list.change !== undefined;
    use.setAttribute('aria-label', `${use.textContent}: ${name}`);
    const offered = this.#list.offered.find(({ folder }) => folder === name);
    return element('li', {}, element('strong', {}, name), offered ? ` (${offered.name})` : null,
      id === this.#list.inUse ? ' searches now' : this.#isAdmin ? use : null,
      about ? element('span', { className: 'note' }, api.sentence(about)) : null);
  }

  /** How far the library is encoded with another model, and what can be done about it. */
  #renderChange(change) {
    find('change').hidden = !change;
    if (!change)
      return;
    const model = change.model.split('@')[0], installed = this.#list.installed.find(({ id }) => id === change.model);
    find('change-text').textContent = change.failure ? api.sentence(change.failure)
      : `The library is encoded with ${model}${change.videos ? `: ${change.done} of ${count(change.videos, 'video')}` : ''}. `
        + `Until all of it is, ${this.name} goes on searching.`;
    const bar = find('change-bar');
    bar.hidden = !this.#isChanging;
    if (change.videos)
      bar.value = change.done / change.videos;
    const use = withoutFailed => this.#act(() => api.useModel(installed.name, withoutFailed));
    const steps = {
      encoding: [],
      waiting: [button('Go on without them', () => use(true), 'outlined')],
      failed: [button('Try again', () => use(false), 'outlined')],
    }[change.state];
    if (find('change-steps').dataset.state !== change.state) // The same buttons while it goes on, so that focus stays.
      find('change-steps').replaceChildren(...this.#isAdmin ? [...installed ? steps : [],
        button(`Keep ${this.name}`, () => this.#act(api.keepModel), 'outlined')] : []);
    find('change-steps').dataset.state = change.state;
  }

  #offer(offer) {
    const isHere = this.#list.installed.some(installed => installed.name === offer.folder);
    const get = button(isHere ? 'Is here' : 'Download', () => this.#act(() => api.pullModel(offer.name)), 'outlined');
    get.disabled = isHere || isRunning(this.#list.pull);
    get.setAttribute('aria-label', `${get.textContent}: ${offer.name}`);
    return element('tr', {}, element('th', { scope: 'row' }, offer.name), element('td', {}, size(offer.bytes)),
      element('td', {}, `${offer.firstFound.toFixed(0)} of 100`), element('td', {}, `× ${offer.work}`),
      element('td', {}, this.#isAdmin ? get : null));
  }

  /** The same elements while it goes on, so that focus stays on the button. */
  #renderPull(pull) {
    const place = find('pull');
    place.hidden = !pull;
    if (!pull)
      return;
    find('pull-text').textContent = api.ended(`${pull.name} ${under[pull.state]}`
      + (pull.state === 'downloading' && pull.bytes ? `: ${size(pull.received)} of ${size(pull.bytes)}` : '')
      + (pull.failure ? `: ${pull.failure}` : ''));
    const bar = find('pull-bar');
    bar.hidden = !isRunning(pull);
    if (pull.bytes && pull.state === 'downloading')
      bar.value = pull.received / pull.bytes;
    else
      bar.removeAttribute('value');
    const stop = find('pull-stop');
    stop.hidden = pull.state !== 'downloading' || !this.#isAdmin;
    stop.onclick = () => this.#act(api.stopPull);
  }
}
