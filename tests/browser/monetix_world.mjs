// What the stories of the Monetix Payment Page need: a shop that signs its parameters, and asks Gate what became of the payment.

import assert from 'node:assert/strict';
import { createCipheriv, createHmac } from 'node:crypto';
import { demo } from './world.mjs';

export const { project_id, secret_key, encryption_key } = demo.projects.find((project) => project.protocol === 'monetix').credentials;

/** Cards of the vendor's list. */
export const PAID = '4000 0000 0000 0077';
export const CHALLENGE = '4314 2200 0000 0056';
export const DECLINED = '4111 1111 1111 1111';
export const WMID = '123456789012';

/** Every value of a tree as `path:value`, sorted by the path. */
function signed(tree, path = []) {
  return Object.entries(tree).flatMap(([key, value]) => (value !== null && typeof value === 'object' ? signed(value, [...path, key]) : [`${[...path, key].join(':')}:${value}`])).sort();
}
const signatureOf = (tree) => createHmac('sha512', secret_key).update(signed(tree).join(';')).digest('base64');

let number = 0;
/** A new number of an order. */
export const fresh = () => `browser-${process.pid}-${number += 1}`;

/** The signed parameters of an order; what is empty is left out. */
export function parameters(changes = {}) {
  const all = {
    project_id: String(project_id), payment_id: changes.payment_id ?? fresh(), customer_id: 'customer_123', customer_first_name: 'Jane', customer_last_name: 'Reader',
    customer_email: 'jane@books.example', payment_amount: '125000', payment_currency: 'USD', payment_description: 'Two books and a tin of tea', language_code: 'en',
    ...changes,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  return { ...given, signature: signatureOf(given) };
}

const query = (all) => new URLSearchParams(all).toString();

/** The address that a shop sends its payer to. */
export function order(changes = {}) {
  const all = parameters(changes);
  return { payment_id: all.payment_id, address: `${demo.base_url}/payment?${query(all)}` };
}

/** The same, encrypted: its path. */
export function sealed(changes = {}) {
  const all = parameters(changes);
  const key = Buffer.alloc(32);
  Buffer.from(encryption_key).copy(key);
  const iv = Buffer.from('payglot-browser!');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const text = cipher.update(`/payment?${query(all)}`, 'utf8', 'base64') + cipher.final('base64');
  return { payment_id: all.payment_id, path: `/${project_id}/${Buffer.from(`${text}::${iv.toString('base64')}`).toString('base64')}` };
}

/** Calls Gate as a shop's server does; `general` gets the payment, the project and the signature. */
export async function gate(path, payment_id, members = {}) {
  const body = { general: { project_id: Number(project_id), payment_id }, ...members };
  body.general.signature = signatureOf(body);
  const answer = await fetch(`${demo.base_url}/v2/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const read = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(read));
  return read;
}

/** What Gate says of a payment: its status, or the code of a payment that there is not. */
export async function statusOf(payment_id) {
  const read = await gate('payment/status', payment_id);
  return read.payment?.status ?? String(read.code ?? read.errors?.[0]?.code);
}
