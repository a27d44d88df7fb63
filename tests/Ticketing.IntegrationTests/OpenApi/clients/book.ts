// Sets up an event and books with the client that is generated from the OpenAPI document. Prints the booking's id.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const client = createClient<paths>({ baseUrl: process.argv[2]! });

const setup = await client.POST('/setup', { body: { event_name: 'Typed', total_tickets: 3, strategy: 'for_update' } });
if (!setup.data) throw new Error(setup.error.code);
const eventId: number = setup.data.event_id; // required, so not undefined

const booking = await client.POST('/book', {
  params: { header: { 'Idempotency-Key': 'typed-client' } },
  body: { user_id: 7, event_id: eventId, quantity: 2 },
});
if (!booking.data) throw new Error(booking.error.code);

const refused = await client.POST('/book', { body: { user_id: 8, event_id: eventId, quantity: 2 } });
const problem: components['schemas']['Problem'] | undefined = refused.error;
if (problem?.code !== 'not_enough_tickets' || problem.available_tickets !== 1) throw new Error(JSON.stringify(refused));

const status = await client.GET('/status', { params: { query: { event_id: eventId } } });
if (status.data?.tickets_sold !== 2) throw new Error(JSON.stringify(status));

console.log(booking.data.booking_id);
