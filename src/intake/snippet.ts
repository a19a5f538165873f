/** The chat widget for a page. */
import type { JsonObject } from '../domain/policy/types';

/** The snippet that a page embeds, with what is known of whoever looks at it. No text in it can end the script. */
export function snippetOf(settings: JsonObject): string {
  const json = JSON.stringify(settings, null, 2)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
  return `<script>\nwindow.intercomSettings = ${json};\n</script>`;
}
