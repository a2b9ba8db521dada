# find_package(nnpot) gives the target nnpot::core. Of Armadillo the headers are enough.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_path(NNPOT_ARMADILLO_INCLUDE_DIR armadillo)
if(NOT NNPOT_ARMADILLO_INCLUDE_DIR)
  set(nnpot_FOUND FALSE)
  set(nnpot_NOT_FOUND_MESSAGE "The Armadillo headers are missing. Install them, e.g. 'apt-get install libarmadillo-dev' "
    "on Debian and Ubuntu, or give -DNNPOT_ARMADILLO_INCLUDE_DIR=DIR.")
  return()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/nnpotTargets.cmake)
target_include_directories(nnpot::core SYSTEM INTERFACE ${NNPOT_ARMADILLO_INCLUDE_DIR})
