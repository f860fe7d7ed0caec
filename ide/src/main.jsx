import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './style.css';
import { Ide } from './ide.jsx';

createRoot(document.getElementById('app')).render(<StrictMode><Ide /></StrictMode>);
