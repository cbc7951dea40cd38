// Puts the page together: query, library, uploads, models, player, the address, and the keys that lead through them.

import { addressOf, decoded, encoded, read, write } from './address.js';
import * as api from './api.js';
import { offerCollections } from './collections.js';
import { connection } from './connection.js';
import { Demo } from './demo.js';
import { button, element, find, isTyping } from './dom.js';
import * as files from './files.js';
import { Filters } from './filters.js';
import { Library, told } from './library.js';
import { Models } from './models.js';
import { Player } from './player.js';
import { Search } from './search.js';
import { Status } from './status.js';
import { largest } from './tus.js';
import { Uploads } from './uploads.js';

const choose = async () => add(await files.choose(find('video-files')));
const models = new Models();
const library = new Library({
  onWatch: video => player.whole(video), onAdd: choose, onInside: id => filters.inside(id), firstSteps: () => firstSteps(),
  onTag: tag => asStep(() => filters.tag(tag)), onView: () => asStep(remember), onUnfiltered: () => asStep(() => filters.clear()),
});
const player = new Player(library, {
  onLike: moment => like(moment), onInside: id => filters.inside(id), onPlace: place => placed(place),
});
const uploads = new Uploads(library, { onChoose: choose, onWatch: video => player.whole(video) });
const filters = new Filters(library, () => {
  library.narrow(filters.filter);
  remember();
  search.again();
});
const search = new Search(library, filters, models, {
  onWatch: (moments, at) => player.moments(moments, at), onWeak: () => remember(),
});
const text = find('text');
const status = new Status(() => remember());
const demo = new Demo(library, sentence => {
  text.value = sentence;
  remember();
  search.text();
  text.focus();
});

const announce = () => {
  if (!search.isActive)
    find('status').textContent = told(library);
};
library.addEventListener('loaded', announce);
library.addEventListener('state', announce);
library.addEventListener('dropped', announce);
library.addEventListener('counted', announce);
models.addEventListener('known', () => library.refresh());
models.addEventListener('changed', () => search.again());
demo.addEventListener('changed', () => library.refresh());

/** What an empty library offers: one's own videos, the demo, and the model that one's videos need. */
function firstSteps() {
  const known = models.name
    ? element('p', { className: 'about-model' }, `This server searches with the model ${models.name}, which `
      + api.ended(models.about)) : null;
  const start = demo.isThere ? button('Try the demo', () => demo.start(), 'outlined') : null;
  if (start)
    start.disabled = demo.isDrawing;
  return [
    known,
    element('div', { className: 'steps' }, button('Add videos', choose), start,
      models.canChoose ? button('Choose a model', () => models.open(), 'outlined') : null),
    demo.told ? element('p', { role: 'status' }, demo.told) : null,
  ].filter(Boolean);
}

largest().then(bytes => {
  uploads.largest = bytes ?? Infinity;
  library.takesUploads = bytes !== null;
  find('add').hidden = bytes === null;
  library.refresh();
  offerCollections().catch(() => {}); // Without an answer there is no choice.
});

// The server is gone, or back: what is shown is brought up to date, and what it did not answer is asked again.
connection.addEventListener('lost', () => { find('gone').hidden = false; });
connection.addEventListener('back', () => {
  find('gone').hidden = true;
  models.refresh();
  search.again();
});

// The address follows what is seen. A view of another kind is a step for Back; letters of one query are not, until it was
// looked at or entered.
const near = 0.01; // Seconds: an address has two decimals.
let kind = null, searched = null, isSettled = false;

/** While the page goes back from a player that was closed: whether something else was done meanwhile. */
let leaving = null;

const kindOf = (place, query, like, image) => JSON.stringify([Boolean(place), status.isOpen, query !== '', query ? null : like,
  query ? null : image, filters.parameters.find(([name]) => name === 'video')]);

function remember(place = player.place) {
  notice('');
  if (leaving) {
    leaving.isOver = true;
    return;
  }
  const { like, of, at, image, weak } = search.subject, query = text.value.trim(), stand = status.isOpen ? 1 : null;
  const subject = query ? [['weak', weak === query ? 1 : null]] : [['like', like], ['of', of], ['at', at]];
  const fields = [['collection', api.collection], ['q', query], ...subject, ...filters.parameters,
    ...library.parameters, ['status', stand]];
  const picture = query ? null : image;
  const address = addressOf([...fields, ['v', place?.v], ['t', place?.t]], picture);
  const now = kindOf(place, query, like, image);
  const isStep = kind !== null && (now !== kind || isSettled && addressOf(fields, picture) !== searched);
  write(address, isStep, isStep ? place && { opened: true } : history.state);
  [kind, searched, isSettled] = [now, addressOf(fields, picture), isSettled && !isStep];
  document.title = titleOf(query);
}

const titleOf = query => status.isOpen ? 'Status · TcMgc' : query ? `${query} · TcMgc` : 'TcMgc';

/** What is done is a step for Back. */
function asStep(act) {
  isSettled = true;
  act();
}

/** The player has opened, gone on or been closed: closing goes back to where it was opened. */
function placed(place) {
  isSettled = true;
  if (place || !history.state?.opened)
    return remember(place);
  leaving = { isOver: false };
  history.back();
}

/** The browser has gone back or on. What was done while a player was left stays, as a step after the one that it leads to. */
function arrived() {
  const isOver = leaving?.isOver;
  leaving = null;
  return isOver ? remember() : restore();
}

/** Makes the page what the address says. */
async function restore() {
  const { fields, image } = read();
  let place = fields.get('v') && { v: fields.get('v'), t: Number(fields.get('t')) || 0 };
  if (!place)
    player.leave();
  notice('');
  text.value = fields.get('q') ?? '';
  status.show(fields.has('status'));
  filters.parameters = fields;
  library.narrow(filters.filter);
  library.parameters = fields;
  const asked = addressOf([...fields].filter(([name]) => name !== 'v' && name !== 't'), image);
  if (asked !== searched)
    ask(fields, image);
  searched = asked;
  document.title = titleOf(text.value);
  const isOther = place && (player.place?.v !== place.v || player.place.t !== place.t);
  const failure = isOther ? await open(place) : null;
  if (failure && read().fields.get('v') === place.v) // Else something else is looked at meanwhile.
    notice(failure.status === 404 ? 'That video is no longer here.' : failure.message);
  if (failure?.status === 404 && read().fields.get('v') === place.v) {
    write(asked, false);
    place = null;
  }
  kind = kindOf(place, text.value.trim(), fields.get('like') ?? undefined, image ?? undefined);
}

function ask(fields, image) {
  if (text.value)
    search.text({ weak: fields.has('weak') });
  else if (fields.get('like'))
    search.like(Object.fromEntries(['like', 'of', 'at'].map(name => [name, fields.get(name)])));
  else if (image && decoded(image))
    search.image(decoded(image), image);
  else
    search.clear();
}

/** Opens what an address names: the moment that the search finds there, else the video from that time; gives what failed. */
async function open({ v, t }) {
  const moments = await search.found;
  const at = moments.findIndex(({ result, segment: { start, end } }) => result.video === v && t > start - near && t < end + near);
  try {
    if (at >= 0)
      player.moments(moments, at, t);
    else
      player.whole(library.get(v) ?? await api.video(v), t);
    return null;
  } catch (error) {
    return error;
  }
}
addEventListener('popstate', arrived);

/** What stays told until something else is looked at. */
function notice(told) {
  find('notice').hidden = told === '';
  find('notice').textContent = told;
}

text.addEventListener('input', () => {
  status.show(false);
  search.typed();
  remember();
  announce();
});
text.addEventListener('change', () => { isSettled = true; });
find('filters').addEventListener('change', () => { isSettled = true; });
find('query').addEventListener('submit', event => {
  event.preventDefault();
  isSettled = true;
  if (text.value.trim())
    search.text();
  else
    search.again();
});
restore();

/** Sends videos, each a file and maybe a handle of it. */
function add(given) {
  if (!given.length)
    return;
  text.value = '';
  search.clear();
  remember();
  uploads.add(given);
}
const searchImage = async file => {
  status.show(false);
  text.value = '';
  const image = await encoded(file);
  search.image(image ? Object.assign(decoded(image), { name: file.name }) : file, image);
  remember();
};
const like = moment => {
  status.show(false);
  text.value = '';
  search.like(moment);
  remember();
};
const alone = list => [...list].map(file => ({ file }));
find('add').onclick = choose;
find('video-files').onchange = event => {
  add(alone(event.target.files));
  event.target.value = '';
};
find('by-image').onclick = () => find('image-file').click();
find('image-file').onchange = event => {
  if (event.target.files.length)
    searchImage(event.target.files[0]);
  event.target.value = '';
};

// Files that are dropped or pasted: one picture is a query, videos are added.
const take = given => {
  const [{ file } = {}] = given;
  if (given.length === 1 && file.type.startsWith('image/') && file.type !== 'image/gif')
    searchImage(file);
  else if (library.takesUploads)
    add(given);
};
const carriesFiles = event => event.dataTransfer?.types.includes('Files');
let inside = 0;
const aim = by => {
  inside = Math.max(0, by === 0 ? 0 : inside + by);
  find('drop').hidden = inside === 0;
};
addEventListener('dragenter', event => carriesFiles(event) && aim(1));
addEventListener('dragleave', event => carriesFiles(event) && aim(-1));
addEventListener('dragover', event => carriesFiles(event) && event.preventDefault());
addEventListener('drop', async event => {
  if (!carriesFiles(event))
    return;
  event.preventDefault();
  aim(0);
  const given = await files.dropped(event.dataTransfer);
  take(given);
  if (!given.length)
    find('status').textContent = 'No videos are in what was dropped.';
});
addEventListener('paste', event => event.clipboardData.files.length && take(alone(event.clipboardData.files)));

const themes = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;
root.dataset.theme = localStorage.getItem('theme') ?? '';
find('theme').onclick = () => {
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : themes.matches;
  localStorage.setItem('theme', root.dataset.theme = isDark ? 'light' : 'dark');
};

find('help').onclick = () => find('keys').showModal();

/** The card above, below, left or right of the one in focus, by where they are seen. */
function neighbour(from, key) {
  const cards = [...document.querySelectorAll('main section:not([hidden]) .card .open:not(:disabled)')];
  const at = cards.indexOf(from);
  if (key === 'ArrowLeft' || key === 'ArrowRight')
    return cards[at + (key === 'ArrowRight' ? 1 : -1)];
  const here = from.getBoundingClientRect(), down = key === 'ArrowDown';
  const beyond = cards.map(card => ({ card, box: card.getBoundingClientRect() }))
    .filter(({ box }) => down ? box.top > here.top + 8 : box.top < here.top - 8);
  const distance = ({ box }) => Math.abs(box.top - here.top) * 4 + Math.abs(box.left - here.left);
  return beyond.sort((a, b) => distance(a) - distance(b))[0]?.card ?? (down ? null : text);
}

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]'))
    return;
  const { key, target } = event;
  let next = null;
  if (target === text) {
    if (key === 'ArrowDown')
      next = document.querySelector('main section:not([hidden]) .card .open:not(:disabled)');
    else if (key === 'Escape' && text.value === '')
      search.clear();
  } else if (target.classList?.contains('open') && key.startsWith('Arrow'))
    next = neighbour(target, key);
  else if (isTyping(target))
    return;
  else if (key === 'Escape')
    next = text;
  if (key === '/' && (!isTyping(target) || target === text && text.value === ''))
    next = text;
  if (!isTyping(target) && key === '?')
    find('keys').showModal();
  if (!isTyping(target) && key === 'u' && library.takesUploads)
    choose();
  if (!isTyping(target) && key === 'f') {
    event.preventDefault();
    filters.open();
  }
  if (next) {
    event.preventDefault();
    next.focus();
    next.select?.();
  }
});
