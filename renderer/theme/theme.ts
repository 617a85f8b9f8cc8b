/** @file Mantine in our own few sizes and colours; the colours themselves are in theme.css. */
import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  Menu,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Switch,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';

const fontFamily =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI Variable Text', 'Segoe UI', Roboto, Cantarell, Ubuntu, 'Noto Sans', 'Liberation Sans', 'Noto Sans CJK KR', sans-serif";

const accent = [
  'oklch(0.97 0.02 258)',
  'oklch(0.93 0.04 258)',
  'oklch(0.87 0.07 258)',
  'oklch(0.8 0.1 258)',
  'oklch(0.72 0.13 258)',
  'oklch(0.62 0.15 258)',
  'oklch(0.52 0.16 258)',
  'oklch(0.47 0.16 258)',
  'oklch(0.4 0.14 258)',
  'oklch(0.33 0.12 258)',
] as const;

/** Mantine's greys are bluish; ours are not. */
const gray = [
  'oklch(0.985 0 0)',
  'oklch(0.955 0 0)',
  'oklch(0.935 0 0)',
  'oklch(0.9 0 0)',
  'oklch(0.84 0 0)',
  'oklch(0.74 0 0)',
  'oklch(0.53 0 0)',
  'oklch(0.46 0 0)',
  'oklch(0.34 0 0)',
  'oklch(0.24 0 0)',
] as const;

const dark = [
  'oklch(0.93 0 0)',
  'oklch(0.86 0 0)',
  'oklch(0.75 0 0)',
  'oklch(0.68 0 0)',
  'oklch(0.4 0 0)',
  'oklch(0.32 0 0)',
  'oklch(0.265 0 0)',
  'oklch(0.245 0 0)',
  'oklch(0.21 0 0)',
  'oklch(0.18 0 0)',
] as const;

const fieldStyles = {
  label: { marginBottom: '2px', fontWeight: 600 },
  description: { marginBottom: '6px', fontSize: '12px', lineHeight: '16px' },
  input: { minHeight: 'var(--ow-control)', backgroundColor: 'var(--ow-bg)' },
} as const;

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'oneword-color-scheme' });

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent, gray, dark },
  fontFamily,
  fontSizes: { xs: '12px', sm: '13px', md: '15px', lg: '20px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '28px', xl: '28px' },
  fontWeights: { regular: '400', medium: '600', bold: '600' },
  headings: { fontFamily, fontWeight: '600' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  activeClassName: '',
  components: {
    Button: Button.extend({
      defaultProps: { variant: 'default' },
      styles: (_theme, { variant }) => ({ root: { fontWeight: variant === 'filled' ? 600 : 400 } }),
      vars: () => ({ root: { '--button-height': 'var(--ow-control)', '--button-fz': '13px', '--button-padding-x': '12px' } }),
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: 'subtle', color: 'gray' },
      vars: (_theme, { size }) => ({
        root: {
          ...(size === undefined && { '--ai-size': 'var(--ow-control)' }),
          '--ai-color': 'var(--ow-text-soft)',
          '--ai-hover': 'var(--ow-hover)',
          '--ai-hover-color': 'var(--ow-text)',
        },
      }),
    }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 400,
        withArrow: false,
        transitionProps: { duration: 100 },
        events: { hover: true, focus: true, touch: false },
      },
    }),
    Menu: Menu.extend({
      defaultProps: { shadow: 'none', transitionProps: { duration: 100 } },
      styles: { item: { minHeight: 'var(--ow-control)' }, dropdown: { backgroundColor: 'var(--ow-surface)' } },
    }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' }, styles: fieldStyles }),
    Textarea: Textarea.extend({ defaultProps: { size: 'sm' }, styles: fieldStyles }),
    SegmentedControl: SegmentedControl.extend({
      styles: { label: { minHeight: 'var(--ow-segment)', display: 'grid', placeItems: 'center', fontWeight: 400 } },
    }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: 'sm' }, styles: fieldStyles }),
    NumberInput: NumberInput.extend({ styles: { input: { minHeight: 'var(--ow-control)' } } }),
    Switch: Switch.extend({ defaultProps: { size: 'sm', withThumbIndicator: false } }),
  },
});

/** Mantine's own roles, filled from our palette. */
export const cssVariables: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-body': 'var(--ow-bg)',
    '--mantine-color-text': 'var(--ow-text)',
    '--mantine-color-bright': 'var(--ow-text)',
    '--mantine-color-dimmed': 'var(--ow-text-soft)',
    '--mantine-color-placeholder': 'var(--ow-text-faint)',
    '--mantine-color-anchor': 'var(--ow-accent)',
    '--mantine-color-error': 'var(--ow-red)',
    '--mantine-color-default': 'var(--ow-surface)',
    '--mantine-color-default-hover': 'var(--ow-hover)',
    '--mantine-color-default-color': 'var(--ow-text)',
    '--mantine-color-default-border': 'var(--ow-line)',
    '--mantine-color-disabled': 'var(--ow-sunken)',
    '--mantine-color-disabled-color': 'var(--ow-text-faint)',
    '--mantine-color-disabled-border': 'var(--ow-line)',
    '--mantine-color-accent-filled': 'var(--ow-accent-fill)',
    '--mantine-color-accent-filled-hover': 'var(--ow-accent-fill-hover)',
    '--mantine-color-accent-light': 'var(--ow-accent-wash)',
    '--mantine-color-accent-light-hover': 'var(--ow-accent-wash)',
    '--mantine-color-accent-light-color': 'var(--ow-accent)',
    '--mantine-color-accent-outline': 'var(--ow-accent)',
  };
  return { variables: {}, light: both, dark: both };
};
