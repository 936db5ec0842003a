import { type TextColumn, tidy, torch } from '@flambeau/core';
import type { TabularList } from '@flambeau/tabular';

/** The variables of some rows as the model gets them, as people read them. */
export function rowTexts(items: TabularList, rows: readonly number[]): readonly TextColumn[] {
  return tidy(() => {
    const places = torch.tensor([...rows], { dtype: 'int64' });
    const { cats, conts } = items.tensors;
    return items.textsOf([cats, conts].map((tensor) => tensor.indexSelect(0, places)));
  });
}
