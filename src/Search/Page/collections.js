// The choice among collections, for who may know that there are others.

import * as api from './api.js';
import { element, find } from './dom.js';

const common = 'default';

/** Offers them, where there is a choice. */
export async function offerCollections() {
  const { scopes, keyNeeded } = await api.session();
  if (!scopes.includes('admin'))
    return;
  const { collection: own } = await api.status();
  if (keyNeeded && own !== common)
    return; // It is a key of that collection alone.
  const { collections } = await api.collections();
  const names = new Set([common, own, ...collections.map(({ name }) => name)]), place = find('collection');
  place.hidden = names.size < 2;
  place.replaceChildren(...[...names].toSorted().map(name =>
    element('option', { value: name, selected: name === own }, name)));
  place.onchange = () => location.assign(
    place.value === common ? location.pathname : `?collection=${encodeURIComponent(place.value)}`);
}
