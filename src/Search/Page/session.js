// Signing in with a key, where the service needs one. The key goes into a cookie that no script can read.

import { find } from './dom.js';

/** Asks for a key until one is right, then starts the page again. Never resolves: nothing can be done without a key. */
export function signIn() {
  const dialog = find('sign-in'), [form] = dialog.getElementsByTagName('form'), problem = find('sign-in-problem');
  if (!dialog.open) {
    dialog.oncancel = event => event.preventDefault();
    form.onsubmit = async event => {
      event.preventDefault();
      problem.textContent = '';
      const answer = await fetch('api/v1/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ key: form.elements.key.value }),
      }).catch(() => null);
      if (answer?.ok)
        location.reload();
      else
        problem.textContent = answer ? 'This key is not valid.' : 'The server does not answer. Is it still running?';
    };
    dialog.showModal();
  }
  return new Promise(() => {});
}
