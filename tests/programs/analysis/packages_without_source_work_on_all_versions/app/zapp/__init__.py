from zapp.inner import VALUE
