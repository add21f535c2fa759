// Nothing here uses iostream, but some of abseil's headers include it, and each file that does so
// asks libstdc++ to build std::cout and its seven siblings with their locales at every start: that
// is a third of the page faults of `keelson --list`. These empty definitions stand in for
// libstdc++'s, which is then not linked. Should anything pull it in all the same, the link fails
// (defined twice).
#include <ios>

#ifdef __GLIBCXX__
std::ios_base::Init::Init() {}
std::ios_base::Init::~Init() {}
#endif
