// Asks before videos are removed.

import { find } from './dom.js';
import { count } from './format.js';

/** Whether they are to be removed. */
export function confirmRemoval(videos) {
  const dialog = find('sure'), [{ title, name }] = videos, isOne = videos.length === 1;
  find('sure-title').textContent = isOne ? 'Remove this video?' : `Remove ${count(videos.length, 'video')}?`;
  find('sure-text').textContent = isOne
    ? `“${title ?? name}” is removed from the index. What was uploaded of it is deleted.`
    : `“${title ?? name}” and ${count(videos.length - 1, 'other')} are removed from the index. `
      + 'What was uploaded of them is deleted.';
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
