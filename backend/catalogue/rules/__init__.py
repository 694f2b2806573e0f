"""The pure rules of the catalogue: `items` (what may be published), `content` (what may enter a record), `forbidden`
(what may not be collected, by meaning), `phrases` (the language of its data file), `reading` (files)."""
