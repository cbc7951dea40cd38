// Puts the page together: query, library, uploads, player, and the keys that lead through them.

import * as api from './api.js';
import { find, isTyping } from './dom.js';
import { Filters } from './filters.js';
import { Library, told } from './library.js';
import { Player } from './player.js';
import { Search } from './search.js';
import { Uploads } from './uploads.js';

const choose = () => find('video-files').click();
const library = new Library({ onWatch: video => player.whole(video), onAdd: choose, onInside: id => filters.inside(id) });
const player = new Player(library, { onLike: moment => like(moment), onInside: id => filters.inside(id) });
const uploads = new Uploads(library);
const filters = new Filters(library, () => {
  remember();
  search.again();
});
const search = new Search(library, filters, (moments, at) => player.moments(moments, at));
const text = find('text');

const announce = () => {
  if (!search.isActive)
    find('status').textContent = told(library);
};
library.addEventListener('loaded', announce);
library.addEventListener('state', announce);
library.addEventListener('dropped', announce);

api.largestUpload().then(bytes => {
  uploads.largest = bytes;
  library.takesUploads = bytes !== null;
  find('add').hidden = bytes === null;
  library.refresh();
});

// Which model searches is seen by everyone, and what it does not know: else its answers would mislead.
api.status().then(({ model }) => {
  find('about').textContent = `Model ${model.id.split('@')[0]}${model.about ? api.ended(` ${model.about}`) : ''}`;
  find('about').hidden = false;
});

// The query is in the address: it can be reloaded, kept and sent to others.
function remember() {
  const told = [['q', text.value.trim()], ...filters.parameters].filter(([, value]) => value);
  history.replaceState(null, '', told.length ? `?${new URLSearchParams(told)}` : location.pathname);
}
text.addEventListener('input', () => {
  search.typed();
  remember();
  announce();
});
find('query').addEventListener('submit', event => {
  event.preventDefault();
  if (text.value.trim())
    search.text();
  else
    search.again();
});
const asked = new URLSearchParams(location.search);
text.value = asked.get('q') ?? '';
filters.parameters = asked;
search.text();

const add = files => {
  if (!files.length)
    return;
  text.value = '';
  remember();
  search.clear();
  uploads.add(files);
};
const searchImage = file => {
  text.value = '';
  remember();
  search.image(file);
};
const like = moment => {
  text.value = '';
  remember();
  search.like(moment);
};
find('add').onclick = choose;
find('video-files').onchange = event => {
  add([...event.target.files]);
  event.target.value = '';
};
find('by-image').onclick = () => find('image-file').click();
find('image-file').onchange = event => {
  if (event.target.files.length)
    searchImage(event.target.files[0]);
  event.target.value = '';
};

// Files that are dropped or pasted: one picture is a query, videos are added.
const take = files => {
  if (files.length === 1 && files[0].type.startsWith('image/') && files[0].type !== 'image/gif')
    searchImage(files[0]);
  else if (library.takesUploads)
    add(files);
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
addEventListener('drop', event => {
  if (!carriesFiles(event))
    return;
  event.preventDefault();
  aim(0);
  take([...event.dataTransfer.files]);
});
addEventListener('paste', event => event.clipboardData.files.length && take([...event.clipboardData.files]));

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
