// Nothing leaves this machine, for programs of Node: `node --import …/loopback.mjs program.mjs`. What `loopback.py` is for Python.
import dns from 'node:dns';
import net from 'node:net';

const LOCAL = new Set(['127.0.0.1', 'localhost', '::1', '', undefined]);
const connect = net.Socket.prototype.connect;
const lookup = dns.lookup;

function refusal(host) {
  return Object.assign(new Error(`the tests allow loopback only, not ${host}`), { code: 'ECONNREFUSED' });
}

net.Socket.prototype.connect = function guarded(...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (typeof options === 'object' && options !== null && !options.path && !LOCAL.has(options.host)) {
    process.nextTick(() => this.destroy(refusal(options.host)));
    return this;
  }
  return connect.apply(this, given);
};

dns.lookup = (host, ...rest) => {
  if (LOCAL.has(host)) return lookup(host, ...rest);
  return process.nextTick(() => rest.at(-1)(refusal(host)));
};
