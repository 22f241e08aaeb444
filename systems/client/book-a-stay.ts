import createClient from "openapi-fetch";
import type { paths } from "./schema"; // made by `npm run types`

const { API_URL: baseUrl = "http://127.0.0.1:8000", PASSWORD: password = "" } = process.env;
const [check_in = "", check_out = ""] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl });

const signedIn = await api.POST("/api/v1/auth/token/", { body: { email: "guest@example.com", password } });
if (signedIn.error) throw new Error(signedIn.error.detail);
const headers = { Authorization: `Bearer ${signedIn.data.access}` };

const wanted = { check_in, check_out, guests: 2 };
const found = await api.GET("/api/v1/listings/", { params: { query: { ...wanted, ordering: "price" } } });
if (found.error) throw new Error(found.error.detail);
const [place] = found.data.results;
if (!place) throw new Error("nothing is free then");

const booked = await api.POST("/api/v1/bookings/", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } }, // the same again for each repeat of this request
  body: { ...wanted, listing: place.id },
  headers,
});
if (booked.error) throw new Error(`${booked.error.type}: ${booked.error.detail}`);
console.log(`${place.title}: ${booked.data.total_price}, ${booked.data.status}`);
