// A video from a moment on, with what was found in it on its timeline, why, and what is said.

import * as api from './api.js';
import { button, clearState, element, find, isTyping, showState } from './dom.js';
import { explain, resembles } from './explanation.js';
import { clock } from './format.js';
import { format, prepare } from './proxy.js';
import { showAt } from './strip.js';
import { showMarks } from './timeline.js';
import { Transcript } from './transcript.js';

const step = 1, page = 10, fastest = 4, usualFrame = 1 / 25;

export class Player {
  #moments = [];
  #at = 0;
  #shown = null;
  #from = null;
  #frame = usualFrame;
  #versions = new Map(); // By video, the address of what this browser plays of it instead of the original.
  #preparing = null;

  /** onPlace: what is shown, or that nothing is, has changed. */
  constructor(library, { onLike, onInside, onPlace }) {
    this.library = library;
    this.onLike = onLike;
    this.onInside = onInside;
    this.onPlace = onPlace;
    this.dialog = find('player');
    this.video = find('video');
    this.timeline = find('timeline');
    this.transcript = new Transcript(time => this.#seek(time));
    find('close').onclick = () => this.#close();
    find('like').onclick = () => this.#like();
    find('where').onclick = () => this.#where();
    find('copy').onclick = () => this.#copy();
    find('clip').onclick = () => this.#saveClip();
    find('previous').onclick = () => this.#go(-1);
    find('next').onclick = () => this.#go(1);
    // Closed before the browser does it, which says so later only: what is done next must not meet a player.
    this.dialog.addEventListener('cancel', event => {
      event.preventDefault();
      this.#close();
    });
    this.dialog.addEventListener('close', () => this.dialog.open || this.#close()); // Not every Escape is said before.
    this.dialog.addEventListener('click', event => event.target === this.dialog && this.#close());
    this.dialog.addEventListener('keydown', event => this.#key(event), { capture: true }); // Before the video's own keys.
    this.#listen();
  }

  /** Video and time of what is open, for the address; null where nothing is. */
  get place() { return this.#shown && { v: this.#shown.id, t: Number(this.#shown.start.toFixed(2)) }; }

  /** Opens one of the moments that a search found, from it or a time on; the others are a key away. */
  moments(moments, at, start = moments[at].segment.moment) {
    this.#moments = moments;
    this.#at = at;
    const { result, segment, query } = moments[at];
    this.#show({
      id: result.video, name: result.title ?? result.name, source: result.source, duration: result.duration,
      preview: result.preview, plays: result.plays, proxy: result.proxy, start, segment, query,
      found: moments.map(moment => moment.segment).filter((found, other) => moments[other].result.video === result.video
        && (found === segment || query.isJudged(found))), called: result,
    });
  }

  /** Opens a whole video of the library, from its beginning or a time on. */
  whole(video, start = 0) {
    this.#moments = [];
    this.#show({
      id: video.id, name: video.title ?? video.name, source: video.stream, duration: video.duration, preview: video.preview,
      plays: video.plays, proxy: video.proxy, start, segment: null, found: [], query: null, of: video,
    });
  }

  /** Closes for good: focus goes nowhere, and nobody is told. */
  leave() {
    if (!this.dialog.open)
      return;
    this.#moments = [];
    this.#stop();
  }

  get #duration() { return Number.isFinite(this.video.duration) ? this.video.duration : this.#shown?.duration ?? 0; }

  #show(shown) {
    this.#shown = shown;
    find('player-title').textContent = shown.name;
    find('player-place').textContent = shown.segment ? `${clock(shown.segment.start)} – ${clock(shown.segment.end)}`
      : shown.of.failure ? api.sentence(shown.of.failure.reason) : shown.duration ? clock(shown.duration) : '';
    find('like').hidden = find('clip').hidden = !shown.segment;
    find('where').hidden = !shown.segment && shown.of.state !== 'indexed';
    find('previous').hidden = find('next').hidden = this.#moments.length < 2;
    find('previous').disabled = this.#at === 0;
    find('next').disabled = this.#at === this.#moments.length - 1;
    find('copied').textContent = '';
    find('link').hidden = true;
    this.dialog.dataset.kind = shown.segment ? 'moment' : 'video';
    this.#load(shown);
    this.#mark();
    this.#explain(shown);
    this.#survey(shown);
    if (!this.dialog.open) {
      this.#from = document.activeElement;
      this.dialog.showModal();
    }
    (this.video.hidden ? find('close') : this.video).focus();
    this.onPlace(this.place);
  }

  #load(shown) {
    const version = this.#versions.get(shown.id);
    if (!version && shown.plays === false)
      this.#prepare(shown);
    else
      this.#play(shown, version ?? shown.source);
  }

  #play({ start, wanted, segment }, source) {
    this.#preparing?.abort();
    clearState(find('player-state'));
    this.video.hidden = false;
    const url = new URL(source.replace(/^\//, ''), document.baseURI).href;
    if (this.video.src !== url) {
      this.video.src = url;
      this.#frame = usualFrame;
    } else if (this.video.error)
      this.video.load();
    this.#seek(wanted ?? start);
    if (segment)
      this.#start();
  }

  /** Has a version made that this browser plays, and plays it. Once: what it does not play either, it plays in no way. */
  async #prepare(shown) {
    if (shown.isPrepared)
      return this.#cannotPlay('Your browser plays neither the original nor the version that was prepared of it.');
    shown.isPrepared = true;
    this.#preparing?.abort();
    const { signal } = this.#preparing = new AbortController();
    this.#unload();
    const share = element('p', {}, '…');
    const bar = element('progress', { aria: { label: 'How much of it is prepared' } });
    showState(find('player-state'), 'wait', 'Preparing a version that your browser can play …', null, ...this.#picture, bar,
      share);
    try {
      const stream = await prepare(shown.proxy, ({ state, percent }) => {
        bar.value = percent / 100;
        share.textContent = state === 'waiting' ? 'Waits for its turn' : `${percent} %`;
      }, signal);
      this.#versions.set(shown.id, stream);
      this.#play(shown, stream);
      if (document.activeElement === find('close')) // Where focus went while there was nothing to play.
        this.video.focus();
    } catch (error) {
      if (!signal.aborted)
        this.#cannotPlay(error.message);
    }
  }

  /** The picture of what is shown, for states that stand in its place. */
  get #picture() {
    const { id, segment, name } = this.#shown, thumbnail = segment?.thumbnail ?? this.library.get(id)?.thumbnail;
    return thumbnail ? [element('img', { src: thumbnail, alt: segment ? `The moment in ${name}` : `A picture of ${name}` })] : [];
  }

  #unload() {
    this.video.pause();
    this.video.hidden = true;
    this.video.removeAttribute('src');
    this.video.load();
  }

  #stop() {
    this.#preparing?.abort();
    this.#unload();
    this.video.playbackRate = 1;
    this.#shown = null;
    this.transcript.show(null);
    this.dialog.close();
  }

  #close() {
    if (!this.#shown)
      return;
    const opener = this.#moments[this.#at];
    this.#stop();
    this.onPlace(null);
    // The dialog may have closed a moment ago: who has gone on to something else meanwhile stays there.
    if (opener && [document.body, this.#from].includes(document.activeElement))
      find('moments').querySelector(`[data-segments~="${CSS.escape(opener.segment.segment)}"] .open`)?.focus();
  }

  #seek(seconds) {
    const at = Math.max(0, Math.min(seconds, this.#duration || seconds));
    if (this.video.hidden)
      this.#shown.wanted = at;
    else if (this.video.readyState > 0)
      this.video.currentTime = at;
    else
      this.video.addEventListener('loadedmetadata', () => { this.video.currentTime = at; }, { once: true });
  }

  #go(by) {
    const at = this.#at + by;
    if (at >= 0 && at < this.#moments.length)
      this.moments(this.#moments, at);
  }

  #like() {
    const { segment, start, id } = this.#shown;
    this.leave();
    this.onLike({ like: segment.segment, of: id, at: start });
  }

  #where() {
    const { id } = this.#shown;
    this.leave();
    this.onInside(id);
  }

  /** Copies the address of what is seen now; shows it where the browser lets no page copy. */
  async #copy() {
    const address = new URL(location.href);
    address.searchParams.set('t', this.video.currentTime.toFixed(1));
    try {
      await navigator.clipboard.writeText(address.href);
      find('copied').textContent = `The link to ${clock(this.video.currentTime)} is copied`;
    } catch {
      const field = find('link');
      field.hidden = false;
      field.value = address.href;
      field.select();
      find('copied').textContent = 'This browser lets no page copy: here is the link';
    }
  }

  /** Saves the moment that is shown as a file of its own. */
  async #saveClip() {
    const { id, segment } = this.#shown, told = find('copied');
    told.textContent = 'The clip is being cut …';
    find('clip').disabled = true;
    try {
      const { file, name } = await api.clip(id, segment.start, segment.end, format);
      const link = element('a', { href: URL.createObjectURL(file), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href));
      told.textContent = `The clip is saved as ${name}`;
    } catch (error) {
      told.textContent = error.message;
    } finally {
      find('clip').disabled = false;
    }
  }

  /** How near every part of the video is to the query, and what is said in it. */
  async #survey(shown) {
    const video = shown.of ?? this.library.get(shown.id) ?? await api.video(shown.id).catch(() => null);
    if (this.#shown !== shown)
      return;
    await this.transcript.show(video);
    this.transcript.mark(shown.found);
    // Without it the moments that were found are marked.
    const all = await shown.query?.inside(shown.id, video?.duration ?? Infinity).catch(() => null);
    if (!all || this.#shown !== shown)
      return;
    shown.all = all.results.flatMap(result => result.segments);
    const found = new Map([...shown.all.filter(shown.query.shows), ...shown.found].map(segment => [segment.segment, segment]));
    shown.found = [...found.values()];
    this.transcript.mark(shown.all);
    this.#mark();
  }

  async #explain(shown) {
    const why = find('why'), place = find('why-content');
    why.hidden = !shown.segment;
    if (why.hidden)
      return;
    const tools = { at: time => clock(time), seek: time => this.#seek(time), preview: () => shown.preview };
    if (!shown.query.explain)
      return resembles(place, shown.query.looksLike, shown.segment, tools);
    place.replaceChildren(element('p', { className: 'note wait' }, 'Looking into it …'));
    try {
      const answer = await shown.query.explain(shown.segment, shown.query);
      if (this.#shown !== shown)
        return;
      const found = answer.results.flatMap(result => result.segments).find(segment => segment.segment === shown.segment.segment);
      if (found?.explanation)
        explain(place, found, shown.called, tools);
      else
        place.replaceChildren(element('p', { className: 'note' }, 'The library has changed since; search again to see why.'));
    } catch (error) {
      if (this.#shown === shown)
        place.replaceChildren(element('p', { className: 'note failure' }, error.message));
    }
  }

  #mark() {
    const { segment, start, found, all } = this.#shown;
    showMarks({ length: this.#duration, current: segment, start, found, all });
  }

  #listen() {
    const { video, timeline } = this;
    const follow = () => {
      const length = this.#duration;
      find('head').style.setProperty('--from', length ? video.currentTime / length : 0);
      timeline.ariaValueMax = length.toFixed(1);
      timeline.ariaValueNow = video.currentTime.toFixed(1);
      timeline.ariaValueText = `${clock(video.currentTime)} of ${clock(length)}`;
      this.transcript.follow(video.currentTime);
    };
    video.addEventListener('timeupdate', follow);
    video.addEventListener('seeking', follow);
    video.addEventListener('loadedmetadata', () => {
      if (video.videoWidth === 0 && this.#shown) // Of what it plays in part, a browser plays the sound.
        return this.#tryVersion();
      follow();
      if (this.#shown)
        this.#mark();
    });
    video.addEventListener('error', () => this.#shown && this.video.hasAttribute('src') && this.#tryVersion());
    this.#measureFrames();

    const timeAt = event => {
      const box = timeline.getBoundingClientRect();
      return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * this.#duration;
    };
    timeline.addEventListener('pointerdown', event => {
      timeline.setPointerCapture(event.pointerId);
      this.#seek(timeAt(event));
    });
    timeline.addEventListener('pointermove', event => {
      if (timeline.hasPointerCapture(event.pointerId))
        this.#seek(timeAt(event));
      this.#glance(timeAt(event));
    });
    timeline.addEventListener('pointerleave', () => { find('glance').hidden = true; });
  }

  /** How long a frame lasts, from frames that follow each other while the video plays; where browsers tell of them. */
  #measureFrames() {
    const { video } = this;
    let last = null;
    const next = (_, { mediaTime, presentedFrames }) => {
      if (last && presentedFrames === last.presentedFrames + 1 && mediaTime > last.mediaTime)
        this.#frame = Math.min(this.#frame, mediaTime - last.mediaTime);
      last = { mediaTime, presentedFrames };
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback?.(next);
  }

  #glance(time) {
    const glance = find('glance'), strip = glance.firstElementChild;
    glance.hidden = !this.#duration;
    glance.style.setProperty('--from', time / this.#duration);
    glance.lastElementChild.textContent = clock(time);
    strip.hidden = !showAt(strip, this.#shown.preview, time);
  }

  /** The browser does not play what it was given: the original, or a version that may have gone since. */
  #tryVersion() {
    this.#versions.delete(this.#shown.id);
    this.#prepare(this.#shown);
  }

  #cannotPlay(reason) {
    this.#unload();
    const shown = this.#shown;
    const again = button('Try again', () => {
      shown.isPrepared = false;
      this.#prepare(shown);
    }, 'outlined');
    showState(find('player-state'), 'error', 'This video cannot be played here', reason, ...this.#picture,
      element('div', { className: 'steps' }, again,
        element('a', { href: shown.source.replace(/^\//, ''), download: shown.name }, 'Download the original')));
  }

  /** Starts, unless the browser lets only its user start a player, or another video or a stop comes before it begins. */
  #start() {
    this.video.play().catch(() => { });
  }

  /** As in a cutting room: K stops, L plays and then plays faster, J slower and then goes back. */
  #shuttle(key) {
    const { video } = this;
    if (key === 'k') {
      video.pause();
      video.playbackRate = 1;
    } else if (key === 'l' && video.paused)
      this.#start();
    else if (key === 'l')
      video.playbackRate = Math.min(fastest, video.playbackRate * 2);
    else if (video.playbackRate > 1)
      video.playbackRate /= 2;
    else
      this.#seek(video.currentTime - page / 2);
  }

  #stepFrame(by) {
    this.video.pause();
    this.#seek(this.video.currentTime + by * this.#frame);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const { video } = this, onSlider = event.target === this.timeline;
    const presses = ['BUTTON', 'SUMMARY', 'A'].includes(event.target.tagName);
    const actions = {
      'n': () => this.#go(1),
      'p': () => this.#go(-1),
      's': !find('like').hidden && (() => this.#like()),
      'w': !find('where').hidden && (() => this.#where()),
      'c': () => this.#copy(),
      'd': !find('clip').hidden && (() => this.#saveClip()),
      'm': () => this.#shown && this.#seek(this.#shown.start),
      'j': () => this.#shuttle('j'),
      'k': () => this.#shuttle('k'),
      'l': () => this.#shuttle('l'),
      ',': () => this.#stepFrame(-1),
      '.': () => this.#stepFrame(1),
      ' ': !presses && (() => video.paused ? this.#start() : video.pause()),
      'ArrowLeft': () => this.#seek(video.currentTime - step),
      'ArrowRight': () => this.#seek(video.currentTime + step),
      'PageDown': onSlider && (() => this.#seek(video.currentTime - page)),
      'PageUp': onSlider && (() => this.#seek(video.currentTime + page)),
      'Home': onSlider && (() => this.#seek(0)),
      'End': onSlider && (() => this.#seek(this.#duration)),
    };
    if (video.hidden && [' ', 'j', 'k', 'l', ',', '.'].includes(event.key.toLowerCase()))
      return; // There is nothing to play yet.
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action) {
      event.preventDefault();
      event.stopPropagation();
      action();
    }
  }
}
