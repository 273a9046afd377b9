// JavaCPP's generated code, with another JNI_OnLoad. JavaCPP's own looks up what its Pointer classes need and so runs
// their initializers, 60 ms in a fresh JVM; functions that take numbers, arrays and direct buffers need three ids of
// java.nio alone. scripts/build-native refuses generated functions that use more.
#define JNI_OnLoad JNI_OnLoad_generated
#define JNI_OnUnload JNI_OnUnload_generated
#include "libcontainer-jni.cpp"
#undef JNI_OnLoad
#undef JNI_OnUnload

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *) {
    JNIEnv *env;
    if (vm->GetEnv(reinterpret_cast<void **>(&env), JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
    jclass buffer = env->FindClass("java/nio/Buffer");
    if (buffer == nullptr) return JNI_ERR;
    JavaCPP_bufferPositionFID = env->GetFieldID(buffer, "position", "I");
    JavaCPP_arrayMID = env->GetMethodID(buffer, "array", "()Ljava/lang/Object;");
    JavaCPP_arrayOffsetMID = env->GetMethodID(buffer, "arrayOffset", "()I");
    return env->ExceptionCheck() ? JNI_ERR : JNI_VERSION_1_6;
}
