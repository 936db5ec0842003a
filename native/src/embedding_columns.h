#pragma once

namespace flambeau {

/// Registers the operator `flambeau::embedding_columns`; see Note [Embeddings of all columns at once].
void installEmbeddingColumns();

}  // namespace flambeau
