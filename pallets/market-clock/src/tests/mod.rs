mod pause;
mod properties;
mod resume;
