import { useState } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { type Option, OptionList } from "./OptionList.tsx";
import { Popup } from "./Popup.tsx";

/// A button that shows the chosen option and opens the list of all.
export function Picker({
  label,
  options,
  value,
  placeholder,
  loading = false,
  onOpen,
  onChoose,
}: {
  label: string;
  options: readonly Option[];
  value: string;
  placeholder: string;
  loading?: boolean;
  onOpen?: () => void;
  onChoose: (value: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const title = options.find((option) => option.value === value)?.title ?? value;
  return (
    <div class="popup-host picker">
      <span class="picker-label">{label}</span>
      <button
        type="button"
        class="button picker-button"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={`${label}: ${title || placeholder}`}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        <span class={title ? "picker-value" : "picker-value picker-placeholder"}>{title || placeholder}</span>
        <Icon name="down" />
      </button>
      {open && (
        <Popup label={label} onClose={() => setOpen(false)}>
          <OptionList
            label={label}
            options={options}
            current={value}
            loading={loading}
            free={false}
            onChoose={(chosen) => {
              setOpen(false);
              onChoose(chosen);
            }}
          />
        </Popup>
      )}
    </div>
  );
}
