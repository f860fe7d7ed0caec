// GraphiQL below a field for the credential, which only this component's state holds.

import { useEffect, useMemo, useState } from 'react';
import { GraphiQL } from 'graphiql';
import { connect } from './connection.js';
import { headersOf } from './credential.js';
import { examples } from './examples.js';

export function Ide() {
  const [headers, setHeaders] = useState(null);
  const [isFirstVisit] = useState(() => localStorage.getItem('graphiql:tabState') === null);
  const connection = useMemo(() => connect(headers ?? {}), [headers]);
  useEffect(() => connection.close, [connection]);
  return (
    <>
      <Credential onUse={setHeaders} isUsed={headers !== null} />
      <main>
        <GraphiQL
          fetcher={connection.fetcher}
          schema={headers === null ? null : undefined}
          defaultTabs={examples}
          variables={isFirstVisit ? examples[0].variables : undefined} // GraphiQL ignores those of the first tab
          isHeadersEditorEnabled={false}
        />
      </main>
    </>
  );
}

/** A form that is never submitted to the server: its value becomes headers of requests. */
function Credential({ onUse, isUsed }) {
  const [text, setText] = useState('');
  const use = (event) => {
    event.preventDefault();
    onUse(headersOf(text));
  };
  return (
    <form className="credential" onSubmit={use}>
      <label htmlFor="credential">Credential</label>
      <input
        id="credential"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="A token for X-Auth-Token, or a bearer key"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit">Use</button>
      <output>{isUsed ? 'In use until this page is closed or reloaded' : 'None in use: the API needs one'}</output>
    </form>
  );
}
