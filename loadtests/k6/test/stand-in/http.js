// k6's HTTP calls are synchronous and Node's are not: a worker sends the request, and this thread blocks until the response is there.

import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

const bell = new Int32Array(new SharedArrayBuffer(4));
const { port1: here, port2: there } = new MessageChannel();
new Worker(
  `const { workerData: { bell, there } } = require('node:worker_threads');
   there.on('message', async ({ method, url, body, headers }) => {
     try {
       const answer = await fetch(url, { method, body, headers });
       there.postMessage({ status: answer.status, body: await answer.text() });
     } catch (error) {
       there.postMessage({ status: 0, body: null, error: String(error.cause ?? error) });
     }
     Atomics.add(bell, 0, 1);
     Atomics.notify(bell, 0);
   });`,
  { eval: true, workerData: { bell, there }, transferList: [there] }).unref();

function send(method, url, body, headers) {
  const before = Atomics.load(bell, 0);
  here.postMessage({ method, url, body, headers });
  Atomics.wait(bell, 0, before);
  const answer = receiveMessageOnPort(here).message;
  return { ...answer, json: key => key === undefined ? JSON.parse(answer.body) : JSON.parse(answer.body)[key] };
}

export default {
  get: url => send('GET', url),
  post: (url, body, params) => send('POST', url, body, params?.headers),
  expectedStatuses: (...statuses) => statuses,
  setResponseCallback: () => {},
};
