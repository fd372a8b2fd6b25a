// Addresses are stripped of what may identify a person before anything is stored or sent.
import {masked} from './masking.js';

// Query keys of campaigns. Advertisers' click ids (group 1): the name shows the channel, the value would identify the
// person.
const CAMPAIGN = /^utm_[a-z_]+$|^(((g|d|tt|tw)cl|[gw]bra|msclk|li_fat_)id)$/i;
const ROUTE = /^(#!?\/[^#?]+)([^#]*)/; // a fragment that is an address in a single-page application

/**
 * `href` without anchor, the query reduced to campaigns and the keys in `keep`; what may identify a person → `*`.
 * `withRoute`: with its fragment if that is a route.
 */
export const trimAddress = (href, keep, withRoute) => {
  const {origin, pathname, search, hash} = new URL(href, location);
  const clean = (path, query) =>
    path.replace(/[^/]+/g, masked) +
    query
      .replace(/[?&]([^=&]*)=?([^&]*)/g, (_, name, value) => {
        const found = CAMPAIGN.exec(name) || keep?.includes(name);
        return found ? `&${name}=${found[1] ? '*' : masked(value)}` : '';
      })
      .replace('&', '?');
  const [, ...route] = (withRoute && ROUTE.exec(hash)) || [];
  return (origin + clean(pathname, search) + (route[0] ? clean(...route) : '')).slice(0, 2048);
};
