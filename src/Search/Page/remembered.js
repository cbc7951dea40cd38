// Uploads that are not complete, remembered in the browser: they outlive the page. One tab at a time has each of them.

import { collection } from './api.js';

const store = 'uploads';
let opened = null;

/** The database; null where the browser keeps none, as in some private windows: then nothing outlives the page. */
const open = () => opened ??= new Promise(resolve => {
  const request = indexedDB.open('tcmgc', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'key' });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => resolve(null);
});

async function within(mode, action) {
  const database = await open();
  if (!database)
    return undefined;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode), request = action(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** What makes a file the same one when it is given again; in another collection it is another upload. */
export const keyOf = file => JSON.stringify([collection, file.name, file.size, file.lastModified]);

/** Remembers uploads, in place of what was known of them: `key`, `name`, `bytes`, `id`, and a `handle` of the file if any. */
export const keep = records => within('readwrite', kept => { records.forEach(record => kept.put(record)); });

export const forget = key => within('readwrite', kept => kept.delete(key));

export const recall = key => within('readonly', kept => kept.get(key));

/** Those of this collection. */
export const all = async () =>
  (await within('readonly', kept => kept.getAll()) ?? []).filter(({ key }) => JSON.parse(key)[0] === collection);

/**
 * Takes an upload for this tab: resolves with what releases it. While another tab has it: waits, or with `now` gives null.
 * Where a browser has no locks (a page that is not from https or this machine), tabs do not know of each other.
 */
export const hold = (key, { now = false } = {}) => navigator.locks
  ? new Promise(resolve => {
    navigator.locks.request(`upload ${key}`, { ifAvailable: now }, lock =>
      lock ? new Promise(release => resolve(release)) : resolve(null));
  })
  : Promise.resolve(() => {});
