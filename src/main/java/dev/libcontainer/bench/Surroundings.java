package dev.libcontainer.bench;

/** What is made on the host for one start and is no part of the container's configuration. */
interface Surroundings {
    /** For containers that need nothing. */
    Surroundings NONE = new Surroundings() {
        @Override
        public void make() {}

        @Override
        public void remove() {}
    };

    /** Makes it; its time is the start's. */
    void make();

    /** Removes what is left; its time is nobody's. */
    void remove();
}
