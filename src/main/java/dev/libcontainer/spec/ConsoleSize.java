package dev.libcontainer.spec;

/**
 * The size of a terminal in characters.
 *
 * @param height rows, 0 to 65535
 * @param width columns, 0 to 65535
 */
public record ConsoleSize(int height, int width) {}
