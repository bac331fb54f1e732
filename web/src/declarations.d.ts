// SPDX-License-Identifier: Apache-2.0
// What Vite makes of files that are no TypeScript.
declare module '*.css';
declare module 'virtual:sentences/*' {
  const sentences: Record<string, string>;
  export default sentences;
}
