// SPDX-License-Identifier: Apache-2.0
// Claims, each told as it holds or does not; the last line is 'N passed, N failed'.
let passed = 0;
let failed = 0;

/** Runs what would show that the claim is wrong. A claim that fails does not stop the ones behind it. */
export async function claim(text, prove) {
  try {
    await prove();
    passed += 1;
    console.log(`  ok ${text}`);
  } catch (error) {
    failed += 1;
    console.log(`  FAILED ${text}\n    ${String(error?.stack ?? error).split('\n').slice(0, 12).join('\n    ')}`);
  }
}

export function check(holds, text) {
  if (!holds) throw new Error(text);
}

export function equal(seen, wanted, text = 'what was seen') {
  check(Object.is(seen, wanted) || JSON.stringify(seen) === JSON.stringify(wanted), `${text}: ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`);
}

/** Prints the sum; the exit code of a run. */
export function sum() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed || !passed ? 1 : 0;
}
