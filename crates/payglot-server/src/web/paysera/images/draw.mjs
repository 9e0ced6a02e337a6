#!/usr/bin/env node
// Draws the pictures of payment methods: `node draw.mjs`, with Chromium (or its path in CHROMIUM) and pngquant in the path.
//
// They are our own drawings and no banks' marks: a square of a colour of its own with the method's first letters, or with what the payer does
// where the name says less than that. The country stands below where one bank has several methods.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SIZE = 64;
const GLYPHS = {
  wallet: '<path d="M45 25v-6H20a6 6 0 0 0-6 6v17a6 6 0 0 0 6 6h27a4 4 0 0 0 4-4V29a4 4 0 0 0-4-4H20"/><path d="M42 36.5v.01"/>',
  card: '<rect x="12" y="18" width="40" height="28" rx="5"/><path d="M12 28h40M19 38h10"/>',
  phone: '<rect x="20" y="9" width="24" height="46" rx="6"/><path d="M27 19h10v9h-5l-5 4zM30 48h4"/>',
};

// Key, colour, letters or a glyph, country.
const METHODS = [
  ['hanza', '#b4541a', 'Sw'],
  ['vb2', '#2f6b3a', 'SEB'],
  ['nord', '#4a3f8f', 'Lu'],
  ['sb', '#1f6f7a', 'ŠB'],
  ['parex', '#8a2f4b', 'Ci'],
  ['lv_hanza', '#b4541a', 'Sw', 'LV'],
  ['lv_seb', '#2f6b3a', 'SEB', 'LV'],
  ['lv_parex', '#8a2f4b', 'Ci', 'LV'],
  ['ee_hanza', '#b4541a', 'Sw', 'EE'],
  ['ee_seb', '#2f6b3a', 'SEB', 'EE'],
  ['ee_lhv', '#3c4653', 'LHV', 'EE'],
  ['wallet', '#2456a6', GLYPHS.wallet],
  ['webmoney', '#0f5f86', 'WM'],
  ['card', '#5b4a1e', GLYPHS.card],
  ['smsbank', '#6a2a86', GLYPHS.phone],
];

function svg([, colour, mark, country]) {
  const letters = !mark.startsWith('<');
  const text = (words, y, size) => `<text x="32" y="${y}" font-size="${size}" text-anchor="middle">${words}</text>`;
  const middle = country ? 34 : 40;
  const inside = letters ? text(mark, middle, mark.length > 2 ? 23 : 28) + (country ? text(country, 53, 13) : '') : mark;
  const pen = letters
    ? 'fill="#fff" font-family="Liberation Sans, Arial, sans-serif" font-weight="700"'
    : 'fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="${colour}"/><g ${pen}>${inside}</g></svg>`;
}

const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
for (const method of METHODS) {
  const page = join(folder, 'page.html');
  const picture = join(dirname(fileURLToPath(import.meta.url)), `${method[0]}.png`);
  writeFileSync(page, `<!doctype html><style>html,body{margin:0;background:none}svg{display:block}</style>${svg(method)}`);
  execFileSync(process.env.CHROMIUM ?? 'chromium', [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--user-data-dir=${join(folder, 'profile')}`, '--hide-scrollbars',
    '--default-background-color=00000000', `--window-size=${SIZE},${SIZE}`,
    `--screenshot=${picture}`, `file://${page}`,
  ], { stdio: 'ignore' });
  // A cart shows many of them at once: sixteen colours are enough for two and their edges.
  execFileSync('pngquant', ['16', '--strip', '--speed', '1', '--force', '--output', picture, picture]);
}
rmSync(folder, { recursive: true });
