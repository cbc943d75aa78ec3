// Reads a password from standard input and prints the member "password" of a person in people.json.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { derive } from './scrypt.mjs';

const password = (await text(process.stdin)).replace(/\r?\n$/, '');
const salt = randomBytes(16).toString('base64');
console.log(JSON.stringify({ salt, hash: (await derive(password, salt)).toString('base64') }));
