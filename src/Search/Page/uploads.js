// The files on their way: some at a time, the rest wait for their turn. Rows say how each stands, from its first byte until it is
// searchable, and a line says how they stand together. They outlive the page: see upload.js.

import * as api from './api.js';
import { arrange, button, element, find } from './dom.js';
import { count, size, timeLeft } from './format.js';
import { failedAt, stateOf } from './states.js';
import { live } from './live.js';
import { all, hold, keep, keyOf, recall } from './remembered.js';
import * as sure from './sure.js';
import { Upload } from './upload.js';

const atATime = 3, soon = 50, tick = 1000; // Milliseconds.
const lately = 10_000, shortest = 2000; // Of how long the pace is told.
const order = ['asking', 'missing', 'sending', 'checking', 'paused', 'failed', 'waiting', 'taken'];

export class Uploads {
  #rows = new Map(); // Of each key an upload and its row.
  #sent = []; // When how many bytes were sent, lately.
  #timer = 0;
  #isDue = false;

  /** onChoose: asks for files. onWatch: shows a video. */
  constructor(library, { onChoose, onWatch }) {
    this.library = library;
    this.onWatch = onWatch;
    this.largest = Infinity;
    find('uploads-choose').onclick = onChoose;
    find('uploads-cancel').onclick = () => this.#cancelAll();
    find('uploads-clear').onclick = () => this.#each(upload => upload.isOpen || this.#clear(upload));
    live.addEventListener('video', ({ detail }) => this.#further(detail.id, () => detail));
    live.addEventListener('progress', ({ detail }) => this.#further(detail.id, video => video && live.furthered(video)));
    live.addEventListener('removed', ({ detail }) =>
      this.#each(upload => upload.video === detail && this.#remove(upload)));
    for (const event of ['ready', 'blind'])
      live.addEventListener(event, () => this.#each(upload => upload.video && this.#ask(upload)));
    addEventListener('beforeunload', event => {
      if (this.#some(({ isUnderWay }) => isUnderWay))
        event.preventDefault();
    });
    this.#recall();
  }

  /** Sends files, each a `file` and maybe a `handle`; one that was begun before goes on. */
  async add(given) {
    const fresh = [];
    for (const { file, handle } of given) {
      const key = keyOf(file), upload = this.#rows.get(key)?.upload;
      if (upload?.isOpen && !upload.file)
        upload.give(file, handle);
      else if (!upload?.isOpen) // Else it is the same file once more.
        fresh.push({ key, file, handle });
    }
    const entered = (await Promise.all(fresh.map(one => this.#enter(one)))).filter(Boolean);
    await keep(entered.map(({ upload }) => upload.record));
    for (const { upload, file, handle } of entered)
      upload.give(file, handle);
  }

  /** A file's upload, in the list; null where it cannot be sent, which is told. */
  async #enter({ key, file, handle }) {
    const release = await hold(key, { now: true });
    if (!release) {
      find('status').textContent = `${file.name} is among the uploads of another window of this page.`;
      return null;
    }
    const upload = new Upload({ key, name: file.name, bytes: file.size, id: null, handle }, release);
    this.#place(upload);
    if (file.size > 0 && !(file.size > this.largest))
      return { upload, file, handle };
    upload.fail(file.size === 0 ? 'the file is empty'
      : `it has ${size(file.size)}; this server takes at most ${size(this.largest)}`);
    return null;
  }

  /** Those of before that are not complete, once no other tab sends them. */
  async #recall() {
    for (const { key } of await all())
      hold(key).then(async release => {
        const record = await recall(key);
        if (!record)
          return release();
        const upload = new Upload(record, release);
        this.#place(upload);
        return upload.resume();
      });
  }

  #place(upload) {
    const row = new Row(upload, this);
    this.#rows.get(upload.key)?.row.root.remove();
    this.#rows.set(upload.key, { upload, row });
    upload.addEventListener('state', () => this.#changed(upload, row));
    upload.addEventListener('progress', ({ detail }) => {
      if (detail > 0)
        this.#sent.push({ at: performance.now(), bytes: detail });
      row.update();
    });
    this.#changed(upload, row);
  }

  #changed(upload, row) {
    if (upload.state === 'gone')
      return this.#remove(upload);
    if (upload.state === 'failed')
      this.#tell(`${upload.name} was not uploaded: ${api.ended(upload.reason)}`);
    if (upload.state === 'taken')
      this.#ask(upload);
    row.update();
    this.#next();
    return this.#showSoon();
  }

  async #cancelAll() {
    const open = [...this.#rows.values()].map(({ upload }) => upload).filter(({ isOpen }) => isOpen);
    if (await sure.toCancel(open.length))
      for (const upload of open.filter(({ isOpen }) => isOpen)) // Some may have arrived meanwhile.
        upload.cancel();
  }

  #clear(upload) { return upload.state === 'taken' ? this.#remove(upload) : upload.cancel(); }

  #remove(upload) {
    this.#rows.get(upload.key)?.row.root.remove();
    this.#rows.delete(upload.key);
    this.#next();
    this.#showSoon();
  }

  /** Sends those whose turn it is. */
  #next() {
    const uploads = [...this.#rows.values()].map(({ upload }) => upload);
    const free = atATime - uploads.filter(({ state }) => ['sending', 'checking', 'paused'].includes(state)).length;
    for (const upload of uploads.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, free)))
      upload.send();
  }

  /** How the video stands that an upload became. */
  async #ask(upload) {
    const found = await api.video(upload.video).catch(() => null); // Else an event tells it.
    if (found) {
      const video = live.furthered(found);
      this.library.put(video);
      this.#further(video.id, () => video);
    }
  }

  #further(id, change) {
    this.#each((upload, row) => {
      if (upload.video !== id)
        return;
      const before = row.video?.state;
      row.update(change(row.video));
      if (row.video?.state !== before)
        this.#showSoon();
    });
  }

  /** Asks for one; others may be read then, too. */
  async allow(upload) {
    await upload.allow();
    this.#each(other => other.state === 'asking' && other.readIfAllowed());
  }

  #each(action) { [...this.#rows.values()].forEach(({ upload, row }) => action(upload, row)); }

  #some(is) { return [...this.#rows.values()].some(({ upload }) => is(upload)); }

  /** Once for all that change together, as when a folder is dropped. */
  #showSoon() {
    if (this.#isDue)
      return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      this.#sort();
      this.#total();
    }, soon);
  }

  /** What needs somebody stands first, what is done last. */
  #sort() {
    const rows = [...this.#rows.values()].map(({ row }) => row);
    arrange(find('uploads-list'), rows.sort((a, b) => a.rank - b.rank).map(({ root }) => root));
  }

  #tell(text) { find('uploads-told').textContent = text; }

  #total() {
    const rows = [...this.#rows.values()], uploads = rows.map(({ upload }) => upload);
    const sending = uploads.filter(({ isUnderWay }) => isUnderWay);
    find('uploads').hidden = uploads.length === 0;
    find('uploads-choose').hidden = !uploads.some(({ state }) => state === 'missing');
    find('uploads-cancel').hidden = uploads.filter(({ isOpen }) => isOpen).length < 2;
    find('uploads-clear').hidden = uploads.every(({ isOpen }) => isOpen);
    const bar = find('uploads-bar'), counted = uploads.filter(({ isUnderWay, state }) => isUnderWay || state === 'taken');
    const [bytes, sent] = ['bytes', 'sent'].map(name => counted.reduce((sum, upload) => sum + upload[name], 0));
    bar.hidden = sending.length === 0;
    bar.value = sent / Math.max(1, bytes);
    const isStopped = sending.some(({ state }) => state === 'paused')
      && sending.every(({ state }) => ['paused', 'waiting'].includes(state));
    const failed = rows.filter(({ row }) => row.isFailed).length; // Refused, or found to be no video.
    find('uploads-total').textContent = [...sending.length
      ? [`${counted.length - sending.length} of ${counted.length} sent`, `${size(sent)} of ${size(bytes)}`,
        ...isStopped ? ['waiting for the server'] : this.#pace(bytes - sent)]
      : this.#resting(rows), failed ? `${failed} failed` : null].filter(Boolean).join(' · ');
    clearTimeout(this.#timer);
    if (sending.length)
      this.#timer = setTimeout(() => {
        this.#each((upload, row) => upload.state === 'paused' && row.update());
        this.#total();
      }, tick);
  }

  #resting(rows) {
    const ended = rows.filter(({ upload, row }) => upload.state === 'taken' || row.isFailed);
    const found = ended.filter(({ row }) => row.video?.state === 'indexed').length;
    const missing = rows.filter(({ upload }) => ['missing', 'asking'].includes(upload.state)).length;
    return [missing ? count(missing, 'upload waits for its file', 'uploads wait for their files') : null,
      ended.length ? `${found} of ${count(ended.length, 'video')} searchable` : null];
  }

  /** How fast it goes lately, and how long the rest takes at that; nothing until that can be said. */
  #pace(rest) {
    const now = performance.now();
    this.#sent = this.#sent.filter(({ at }) => now - at < lately);
    const span = now - (this.#sent[0]?.at ?? now), bytes = this.#sent.slice(1).reduce((sum, sent) => sum + sent.bytes, 0);
    if (span < shortest || bytes === 0)
      return [];
    const perSecond = 1000 * bytes / span;
    return [`${size(perSecond)}/s`, `${timeLeft(rest / perSecond)} left`];
  }
}

class Row {
  #upload;
  #name = element('strong', { className: 'name' });
  #told = element('p', { className: 'told' });
  #bar = element('progress', { max: 1 });
  #again = button('Try again', () => this.#retry(), 'outlined');
  #allow = button('Continue', () => this.uploads.allow(this.#upload), 'outlined');
  #stop = button('', () => this.#upload.cancel(), 'quiet');
  video = null;

  constructor(upload, uploads) {
    this.#upload = upload;
    this.uploads = uploads;
    this.open = button(upload.name, () => uploads.onWatch(this.video), 'found');
    this.#name.textContent = upload.name;
    this.#bar.setAttribute('aria-label', upload.name);
    for (const action of [this.#again, this.#allow])
      action.setAttribute('aria-label', `${action.textContent}: ${upload.name}`);
    this.root = element('li', { className: 'upload', data: { name: upload.name } },
      element('div', { className: 'what' }, this.#name, this.open, element('span', { className: 'facts' }, size(upload.bytes))),
      this.#told, this.#bar, element('p', { className: 'actions' }, this.#again, this.#allow, this.#stop));
  }

  /** Where it stands among the others: low numbers first. */
  get rank() {
    return 2 * order.indexOf(this.isFailed ? 'failed' : this.#upload.state) + (this.video?.state === 'indexed' ? 1 : 0);
  }

  /** Whether it could not be sent, or cannot be indexed. */
  get isFailed() { return this.#upload.state === 'failed' || this.video?.state === 'failed'; }

  update(video = this.video) {
    const upload = this.#upload, { state, sent, bytes } = upload;
    this.video = video;
    const { isFailed } = this, isFound = video?.state === 'indexed';
    this.root.dataset.state = isFailed ? 'failed' : video?.state ?? state;
    this.#told.textContent = this.#text();
    this.#name.hidden = isFound;
    this.open.hidden = !isFound;
    this.#bar.hidden = !['sending', 'checking', 'paused'].includes(state) && !(sent && upload.isOpen);
    if (state === 'checking')
      this.#bar.removeAttribute('value');
    else
      this.#bar.value = sent / Math.max(1, bytes);
    this.#again.hidden = !isFailed || state === 'failed' && !upload.file;
    this.#allow.hidden = state !== 'asking';
    this.#stop.hidden = state === 'taken';
    const stop = state === 'failed' ? 'Dismiss' : 'Cancel';
    if (this.#stop.textContent !== stop)
      Object.assign(this.#stop, { textContent: stop, ariaLabel: `${stop}: ${upload.name}` });
  }

  #text() {
    const { state, name, sent, bytes, reason, until, known } = this.#upload, { video } = this;
    const percent = `${Math.floor(100 * sent / Math.max(1, bytes))} %`, there = sent ? ` (${percent} is there)` : '';
    switch (state) {
      case 'missing': return `Choose ${name} again to ${sent ? 'continue' : 'send it'}${there}`;
      case 'asking': return `May this page read ${name} again?${there}`;
      case 'waiting': return `Waiting${there}`;
      case 'sending': return percent;
      case 'checking': return 'Checking';
      case 'paused': return until ? `${reason.replace(/\.$/, '')}, next try in ${secondsUntil(until)} s`
        : `${api.unanswered.replace(/\.$/, '')}: goes on when it is back${there}`;
      case 'failed': return `It was not uploaded: ${api.ended(reason)}`;
    }
    if (!video)
      return known ? 'Already in the library' : 'Sent';
    if (video.failure)
      return `${failedAt[video.failure.stage] ?? 'It failed'}: ${api.ended(video.failure.reason)}`;
    const called = video.title ?? video.name;
    return known ? `Already in the library${called === name ? '' : ` as “${called}”`} · ${stateOf(video)}` : stateOf(video);
  }

  /** Sends it again, or has it processed again. */
  async #retry() {
    if (this.#upload.state === 'failed')
      return this.#upload.give(this.#upload.file, this.#upload.handle);
    try {
      const video = await api.retry(this.video.id);
      this.uploads.library.put(video);
      return this.update(video);
    } catch (error) {
      find('uploads-told').textContent = error.message;
      return null;
    }
  }
}

const secondsUntil = time => Math.max(0, Math.ceil((time - performance.now()) / 1000));
