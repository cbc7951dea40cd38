// The address says what is searched and which moment is open: it can be reloaded, kept and sent, and Back leads back.

const longestSide = 224, quality = 0.6;

/** What the address says: fields by their names, and the image that is searched for, which stands behind '#'. */
export function read() {
  return { fields: new URLSearchParams(location.search), image: new URLSearchParams(location.hash.slice(1)).get('image') };
}

/** The address of a search and a moment. */
export function addressOf(fields, image) {
  const told = new URLSearchParams(fields.filter(([, value]) => value != null && value !== ''));
  return `${location.pathname}${told.size ? `?${told}` : ''}${image ? `#image=${image}` : ''}`;
}

/** Writes it: as a step that Back takes back, or in place of the one before. */
export function write(address, isStep, state = null) {
  if (address !== location.pathname + location.search + location.hash)
    history[isStep ? 'pushState' : 'replaceState'](state, '', address);
}

/** An image as it stands in an address, small enough for one; null where the browser cannot read it. */
export async function encoded(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture)
    return null;
  const scale = Math.min(1, longestSide / Math.min(picture.width, picture.height));
  const canvas = Object.assign(document.createElement('canvas'),
    { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  const small = ['image/webp', 'image/jpeg'].map(type => canvas.toDataURL(type, quality)).sort((a, b) => a.length - b.length)[0];
  return small.slice(small.indexOf(',') + 1).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The image of an address; null where what stands there is none. */
export function decoded(image) {
  try {
    const bytes = atob(image.replaceAll('-', '+').replaceAll('_', '/'));
    return new Blob([Uint8Array.from(bytes, letter => letter.charCodeAt(0))]);
  } catch {
    return null;
  }
}
