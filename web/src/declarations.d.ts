// SPDX-License-Identifier: Apache-2.0
// What Vite makes of files that are no TypeScript.
declare module '*.css';
declare module '*?raw' {
  const text: string;
  export default text;
}
declare module 'virtual:sentences/*' {
  const sentences: Record<string, string>;
  export default sentences;
}
declare module 'virtual:spoken-words' {
  /** All of them, in the order of the alphabet, with blanks between. */
  const words: string;
  export default words;
}
