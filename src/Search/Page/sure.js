// Asks before what cannot be taken back.

import { find } from './dom.js';
import { count } from './format.js';

/** Whether videos are to be removed. */
export function toRemove(videos) {
  const [{ title, name }] = videos, isOne = videos.length === 1;
  return ask(isOne ? 'Remove this video?' : `Remove ${count(videos.length, 'video')}?`, isOne
    ? `“${title ?? name}” is removed from the index. What was uploaded of it is deleted.`
    : `“${title ?? name}” and ${count(videos.length - 1, 'other')} are removed from the index. `
      + 'What was uploaded of them is deleted.', isOne ? 'Keep it' : 'Keep them', 'Remove');
}

/** Whether so many uploads are to be given up. */
export const toCancel = uploads => ask(`Cancel ${count(uploads, 'upload')}?`,
  'What is sent of them so far is deleted. Videos that have arrived stay.', 'Go on', 'Cancel uploads');

/** Resolves with whether the answer is yes. */
function ask(title, text, no, yes) {
  const dialog = find('sure');
  find('sure-title').textContent = title;
  find('sure-text').textContent = text;
  find('sure-no').textContent = no;
  find('sure-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
