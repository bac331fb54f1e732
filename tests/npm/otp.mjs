// SPDX-License-Identifier: Apache-2.0
// The code of a base32 secret at a time in seconds, by otplib: node otp.mjs SECRET SECONDS
import {generateSync} from 'otplib';

const [secret, seconds] = process.argv.slice(2);
console.log(generateSync({secret, epoch: Number(seconds)}));
