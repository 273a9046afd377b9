package dev.libcontainer.spec;

/** A JSON value, or one that is still being made. */
interface JsonPart {

    Json build();
}
