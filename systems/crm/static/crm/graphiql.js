// GraphiQL on this page: with the token of the account that signs in, or with the session of an admin.
"use strict";

const START = `# Sign in above, then press the triangle.
{
  customer(id: 1) {
    name
    email
    orders {
      product
      status
    }
  }
}
`;

let token = ""; // in memory only: gone with the page

const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";

async function ask(question, options) {
  const headers = {
    "Accept": "application/graphql-response+json, application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": cookie("csrftoken"),
    ...(token && { Authorization: `Bearer ${token}` }),
    ...options?.headers,
  };
  const answer = await fetch(location.pathname, { method: "POST", headers, body: JSON.stringify(question) });
  return answer.json();
}

async function signIn(event) {
  event.preventDefault();
  const form = event.target;
  const said = document.getElementById("said");
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: form.email.value, password: form.password.value }),
  });
  const body = await answer.json();
  token = answer.ok ? body.access : "";
  said.textContent = answer.ok ? `signed in as ${form.email.value}` : body.detail;
}

document.getElementById("sign-in").addEventListener("submit", signIn);
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher: ask, defaultQuery: START, defaultEditorToolsVisibility: "variables" }),
);
